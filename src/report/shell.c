#include "report/shell.h"

#include "assets/assets.h"

void mln_shell_put_asset(struct mln_buf *out, const char *name) {
    const struct mln_asset *asset = mln_asset_find(name);
    mln_buf_add_str(out, asset == NULL ? MLN_STR_LIT("") : asset->text);
}

/* What goes inside <style> and <script> must not hold their end, nor a comment that hides it. */
static enum mln_status check_assets(struct mln_err *err) {
    static const char *const names[] = {"web/report.css", "web/charts.js", "web/report.js",
                                        "web/linkage.js", ".deps/web/echarts.min.js"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct mln_asset *asset = mln_asset_find(names[i]);
        if (asset == NULL || strlen(asset->text.p) != asset->text.n ||
            strstr(asset->text.p, "</script") != NULL || strstr(asset->text.p, "</style") != NULL ||
            strstr(asset->text.p, "<!--") != NULL) {
            return mln_err_set(err, MLN_INTERNAL, "%s is missing or cannot stand inside a page",
                               names[i]);
        }
    }
    return MLN_OK;
}

static bool put_shipped(struct mln_str marker, struct mln_buf *out) {
    if (mln_str_is(marker, "style")) {
        mln_shell_put_asset(out, "web/report.css");
    } else if (mln_str_is(marker, "echarts")) {
        mln_shell_put_asset(out, ".deps/web/echarts.min.js");
    } else if (mln_str_is(marker, "charts")) {
        mln_shell_put_asset(out, "web/charts.js");
    } else {
        return false;
    }
    return true;
}

enum mln_status mln_shell_fill(mln_shell_part *part, const void *ctx, struct mln_buf *out,
                               struct mln_err *err) {
    const struct mln_asset *shell = mln_asset_find("web/report.html");
    if (shell == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "the program does not carry web/report.html");
    }
    MLN_TRY(check_assets(err));
    const char *at = shell->text.p;
    const char *const end = at + shell->text.n;
    while (at < end) {
        const char *open = strstr(at, "{{");
        const char *close = open == NULL ? NULL : strstr(open, "}}");
        if (close == NULL) {
            mln_buf_add(out, at, (size_t)(end - at));
            break;
        }
        mln_buf_add(out, at, (size_t)(open - at));
        const struct mln_str marker = {open + 2, (size_t)(close - open - 2)};
        if (!put_shipped(marker, out) && !part(ctx, marker, out)) {
            return mln_err_set(err, MLN_INTERNAL,
                               "web/report.html: {{%.*s}} is no part of the page",
                               MLN_STR_ARG(marker));
        }
        at = close + 2;
    }
    return mln_buf_check(out, "the report", err);
}
