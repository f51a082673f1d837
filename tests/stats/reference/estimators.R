# Writes what R survival, etm and cmprsk say of small data sets, 17 digits, into the directory given:
#   Rscript estimators.R DIRECTORY      km.tsv aalen_johansen.tsv multistate.tsv transition.tsv tests.tsv
# Debian 12: r-base-core r-cran-survival r-cran-etm r-cran-cmprsk. README.md says how to read the files.
suppressMessages({library(survival); library(etm); library(cmprsk)})
directory <- commandArgs(TRUE)[1]
set.seed(20251218)
options(warn = 1)
con <- NULL
open_file <- function(name, ...) {
  if (!is.null(con)) close(con)
  con <<- file(file.path(directory, name), "w")
  versions <- sapply(c("survival", "etm", "cmprsk"), function(p) paste(p, packageVersion(p)))
  cat("# R ", R.version$major, ".", R.version$minor, ", ", paste(versions, collapse = ", "), ", estimators.R\n",
      sep = "", file = con)
}
num <- function(x) {
  s <- sprintf("%.17g", as.numeric(x))
  ifelse(is.na(x), "nan", s)
}
say <- function(...) cat(paste(unlist(lapply(list(...), function(x) if (is.character(x)) x else num(x))),
                               collapse = "\t"), "\n", sep = "", file = con)
rows <- function(m) write.table(apply(as.matrix(m), 2, num), con, sep = "\t", quote = FALSE,
                                row.names = FALSE, col.names = FALSE)
# entry exit end group weight cluster
spells <- function(name, d, groups, causes) {
  n <- nrow(d)
  column <- function(x, default) if (is.null(d[[x]])) rep(default, n) else as.numeric(d[[x]])
  say("data", name, n, groups, causes, as.integer(!is.null(d$entry)), as.integer(!is.null(d$weight)))
  write.table(sapply(list(column("entry", -1), d$exit, d$end, column("group", 0), column("weight", 1),
                          column("cluster", 0)), num), con, sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
}

# ── data ──
plain <- function(time, end, group = 0) {
  ok <- !is.na(time) & !is.na(end) & !is.na(group)
  data.frame(exit = time[ok], end = end[ok], group = rep(group, length.out = length(time))[ok])
}
sets <- list(
  lung = with(lung, plain(time, status - 1, sex - 1)),
  ovarian = with(ovarian, plain(futime, fustat, rx - 1)),
  veteran = with(veteran, plain(time, status, as.integer(celltype) - 1)),
  pbc = with(subset(pbc, !is.na(trt)), plain(time, as.integer(status == 2), trt - 1)),
  aml = with(aml, plain(time, status, as.integer(x) - 1)))
ties <- function(n, most, causes, groups) data.frame(
  exit = sample(0:most, n, TRUE, prob = (most + 1):1), end = sample(0:causes, n, TRUE), group = sample(0:(groups - 1), n, TRUE))
sets$ties <- ties(400, 12, 1, 3)
sets$few <- data.frame(exit = c(3, 3, 5, 5, 5, 8), end = c(1, 1, 0, 0, 0, 0), group = 0)
sets$none_ended <- data.frame(exit = c(2, 4, 4, 9), end = 0, group = 0)
sets$all_ended <- data.frame(exit = c(2, 4, 4, 9), end = 1, group = 0)
sets$one_ended <- data.frame(exit = 7, end = 1, group = 0)
late <- ties(300, 20, 1, 2)
late$entry <- floor(runif(300) * pmin(late$exit + 1, 8)); late$exit <- pmax(late$exit, late$entry) + 1
sets$late <- late
weighted <- ties(200, 15, 1, 2); weighted$weight <- round(rexp(200), 3) + 0.01
sets$weighted <- weighted
together <- ties(150, 10, 1, 1); together$cluster <- sample(0:39, 150, TRUE); together$weight <- sample(c(0.5, 1, 2.25), 150, TRUE)
together_late <- together
together_late$entry <- floor(runif(150) * 3); together_late$exit <- together_late$exit + 1 + together_late$entry

# whole weights that count identical spells: survfit keeps Greenwood's error
sets$counted <- with(lung, transform(plain(time, status - 1), weight = 1 + seq_along(exit) %% 4))

# ── Kaplan–Meier ──
open_file("km.tsv")
km <- function(name, robust, g, f, tau) {
  n <- length(f$time)
  se <- if (isTRUE(f$logse)) f$std.err * f$surv else f$std.err
  ends <- lapply(c("plain", "log", "log-log"), function(type)
    survival:::survfit_confint(f$surv, f$std.err, logse = f$logse, conf.type = type, conf.int = 0.95))
  say("km", name, as.integer(robust), g, n)
  rows(cbind(f$time, f$n.risk, f$n.event, f$n.censor, f$surv, se, ends[[1]]$lower, ends[[1]]$upper,
             ends[[2]]$lower, ends[[2]]$upper, ends[[3]]$lower, ends[[3]]$upper))
  for (k in 1:3) {
    f$lower <- ends[[k]]$lower; f$upper <- ends[[k]]$upper
    for (p in c(0.1, 0.25, 0.5, 0.75, 0.9)) {
      # an end that is not monotone is sorted by quantile(): the first crossing is ours (km.h)
      rising <- any(diff(na.omit(f$upper)) > 1e-12) || any(diff(na.omit(f$lower)) > 1e-12)
      q <- suppressWarnings(quantile(f, p))
      say("quantile", k - 1, p, q$quantile, q$lower, if (rising) "skip" else num(q$upper))
    }
  }
  if (!robust && all(is.na(tau) == FALSE)) for (t in tau) {
    m <- survival:::survmean(f, rmean = t)$matrix
    say("rmean", t, m["rmean"], m["se(rmean)"])
  }
}
for (name in names(sets)) {
  d <- sets[[name]]
  groups <- max(d$group) + 1
  spells(name, d, groups, 1)
  for (g in 0:(groups - 1)) {
    e <- d[d$group == g, ]
    y <- if (is.null(e$entry)) Surv(e$exit, e$end) else Surv(e$entry, e$exit, e$end)
    tau <- round(quantile(e$exit, c(0.3, 0.8)), 1) + c(0.25, 0)
    if (is.null(e$weight)) km(name, FALSE, g, survfit(y ~ 1), c(tau, max(e$exit)))
    if (name == "counted") km(name, FALSE, g, survfit(y ~ 1, weights = e$weight), c(tau, max(e$exit)))
    if (is.null(e$entry)) {
      w <- if (is.null(e$weight)) rep(1, nrow(e)) else e$weight
      km(name, TRUE, g, survfit(y ~ 1, weights = w, robust = TRUE, cluster = seq_len(nrow(e))), NA)
    }
  }
}

# ── competing ends ──
open_file("aalen_johansen.tsv")
ends <- list()
m <- within(mgus2, {end <- ifelse(pstat == 1, 1, 2 * death); exit <- ifelse(pstat == 1, ptime, futime)})
ends$mgus2 <- with(m, plain(exit, end, as.integer(sex) - 1))
both <- reshape(colon[, c("id", "etype", "time", "status", "rx")], idvar = c("id", "rx"), timevar = "etype", direction = "wide")
ends$colon <- with(both, plain(pmin(time.1, time.2), ifelse(status.1 == 1, 1, ifelse(status.2 == 1, 2, 0)), as.integer(rx) - 1))
ends$pbc <- with(pbc, plain(time, status, as.integer(sex) - 1))
ends$ties <- ties(500, 9, 4, 2)
ends$small <- data.frame(exit = c(1, 1, 2, 3, 3, 3, 5, 7, 7, 10, 12, 12), end = c(1, 2, 0, 1, 2, 0, 1, 1, 2, 0, 1, 0), group = 0)
ends$all_of_one <- data.frame(exit = c(1, 2, 2, 4), end = 1, group = 0)
ends$weighted <- ties(250, 15, 3, 1); ends$weighted$weight <- round(rexp(250), 3) + 0.01
for (name in names(ends)) {
  d <- ends[[name]]
  causes <- if (name == "all_of_one") 2 else max(d$end)
  groups <- max(d$group) + 1
  spells(name, d, groups, causes)
  for (g in 0:(groups - 1)) {
    e <- d[d$group == g, ]
    w <- if (is.null(e$weight)) rep(1, nrow(e)) else e$weight
    f <- survfit(Surv(exit, factor(end, 0:causes)) ~ 1, data = e, weights = w, influence = TRUE)
    stopifnot(max(abs(f$std.err - sqrt(apply(f$influence.pstate[, -1, ]^2, 2:3, sum)))) < 1e-12 || !is.null(e$weight))
    say("aj", name, g, length(f$time))
    rows(cbind(f$time, f$pstate, f$std.err))
    if (name %in% c("small", "ties")) for (k in 1:3) { # as in km.tsv: plain, log, log-log
      ci <- suppressWarnings(survival:::survfit_confint(f$pstate, f$std.err, logse = FALSE, conf.type = c("plain", "log", "log-log")[k],
                                                       conf.int = 0.9))
      say("ends", k - 1, 0.9); rows(cbind(ci$lower, ci$upper))
    }
    at_weight <- f$influence.pstate
    if (max(abs(f$std.err - sqrt(apply(at_weight[, -1, ]^2, 2:3, sum)))) > 1e-12) at_weight <- at_weight * w
    stopifnot(max(abs(f$std.err - sqrt(apply(at_weight[, -1, ]^2, 2:3, sum)))) < 1e-12)
    for (tau in c(quantile(e$exit, 0.6) + 0.25, max(e$exit))) {
      delta <- diff(c(0, pmin(c(f$time, Inf), tau)))
      p <- rbind(f$p0, f$pstate)
      u <- apply(at_weight, c(1, 3), function(x) sum(x * delta))
      say("rmean", tau, colSums(p * delta), sqrt(colSums(u^2)))
    }
  }
}

# ── multi-state ──
open_file("multistate.tsv")
# subject entry exit from to weight cluster; to -1: stays
stays <- function(name, d, states) {
  say("stays", name, nrow(d), states)
  rows(d[, c("subject", "entry", "exit", "from", "to", "weight", "cluster")])
}
history <- function(n, states, allowed, most, truncated, step = 1) do.call(rbind, lapply(1:n, function(i) {
  t <- if (truncated) sample(0:4, 1) else 0
  out <- NULL
  h <- sample(0:(states - 1), 1, prob = c(5, rep(1, states - 1)) * (rowSums(allowed) > 0))
  end <- t + sample(most, 1)
  w <- sample(c(1, 1, 0.5, 3), 1)
  repeat {
    u <- t + step * sample(1:6, 1)
    to <- which(allowed[h + 1, ]) - 1
    if (u >= end || length(to) == 0) {
      if (end > t) out <- rbind(out, data.frame(subject = i, entry = t, exit = end, from = h, to = -1, weight = w))
      break
    }
    j <- if (length(to) == 1) to else sample(to, 1)
    out <- rbind(out, data.frame(subject = i, entry = t, exit = u, from = h, to = j, weight = w))
    h <- j; t <- u
    if (!any(allowed[h + 1, ])) break
  }
  out
}))
illness <- matrix(c(0, 1, 1, 1, 0, 1, 0, 0, 0) == 1, 3, byrow = TRUE)  # with recovery
mix <- matrix(TRUE, 4, 4); diag(mix) <- FALSE; mix[4, ] <- FALSE
histories <- list(
  illness = list(d = history(120, 3, illness, 30, FALSE), tra = illness, same = FALSE),
  truncated = list(d = history(150, 3, illness, 25, TRUE), tra = illness, same = FALSE),
  long = list(d = history(90, 4, mix, 190, TRUE), tra = mix, same = FALSE))
ms <- function(name, h, start, weighted, p0) {
  d <- h$d; states <- nrow(h$tra)
  d$weight <- if (weighted) d$weight else 1
  f <- NULL
  y <- with(d, Surv(entry, exit, factor(to, c(-1, 0:(states - 1)), c("censor", paste0("s", 0:(states - 1))))))
  state <- factor(d$from, 0:(states - 1), paste0("s", 0:(states - 1)))
  args <- list(y ~ 1, id = d$subject, istate = state, weights = d$weight, influence = TRUE)
  if (start > 0) args$start.time <- start
  if (!is.null(p0)) args$p0 <- p0
  f <- do.call(survfit, args)
  stopifnot(identical(f$states, levels(state)))
  w <- d$weight[match(dimnames(f$influence.pstate)[[1]], as.character(d$subject))]
  u <- f$influence.pstate
  if (max(abs(f$std.err - sqrt(apply(u[, -1, ]^2, 2:3, sum)))) > 1e-9) u <- u * w
  stopifnot(max(abs(f$std.err - sqrt(apply(u[, -1, ]^2, 2:3, sum)))) < 1e-9)
  tau <- max(quantile(d$exit, 0.7), start + 3) + 0.25
  say("fit", name, start, as.integer(weighted), as.integer(is.null(p0)), length(f$time), tau)
  if (!is.null(p0)) say("p0", p0)
  # n.risk counts rows, not weights, in survival 3.5-3
  rows(cbind(f$time, if (weighted) f$n.risk * NA else f$n.risk, f$pstate, f$std.err))
  say("start", f$p0, f$sp0)
  delta <- diff(c(start, pmin(c(f$time, Inf), tau)))
  say("mean", colSums(rbind(f$p0, f$pstate) * delta), sqrt(colSums(apply(u, c(1, 3), function(x) sum(x * delta))^2)))
  # ten clusters of subjects, from the influence of each
  if (start == 0) {
    c10 <- rowsum(matrix(u, dim(u)[1]), as.integer(dimnames(u)[[1]]) %% 10)
    se <- matrix(sqrt(colSums(c10^2)), dim(u)[2])[-1, ]
    say("clustered", nrow(se)); rows(se)
  }
}
for (name in names(histories)) {
  h <- histories[[name]]
  h$d$cluster <- h$d$subject %% 10
  states <- nrow(h$tra)
  stays(name, h$d, states)
  say("allowed", as.integer(t(h$tra)))
  fixed <- c(0.75, 0.25, rep(0, states - 2))
  ms(name, h, 0, FALSE, NULL); ms(name, h, 0, FALSE, fixed); ms(name, h, 0, TRUE, fixed)
  ms(name, h, 7.5, FALSE, NULL)
  if (name != "long") ms(name, h, 7.5, FALSE, fixed)
}
# two states with clusters, as Kaplan–Meier
for (name in c("together", "together_late")) {
  d <- get(name)
  entry <- if (is.null(d$entry)) rep(-1, nrow(d)) else d$entry
  stays(name, data.frame(subject = seq_len(nrow(d)), entry = entry, exit = d$exit, from = 0, to = ifelse(d$end == 1, 1, -1),
                         weight = d$weight, cluster = d$cluster), 2)
  say("allowed", 0, 1, 0, 0)
  y <- if (is.null(d$entry)) Surv(d$exit, d$end) else Surv(d$entry, d$exit, d$end)
  f <- survfit(y ~ 1, weights = d$weight, cluster = d$cluster, robust = TRUE)
  say("km", name, length(f$time)); rows(cbind(f$time, f$n.risk, f$surv, f$std.err))
}

# ── transition probabilities ──
open_file("transition.tsv")
for (name in names(histories)) {
  h <- histories[[name]]
  h$d$cluster <- h$d$subject
  h$d$weight <- 1
  states <- nrow(h$tra)
  stays(name, h$d, states)
  say("allowed", as.integer(t(h$tra)))
  e <- with(h$d, data.frame(id = subject, from = as.character(from), to = ifelse(to < 0, "cens", as.character(to)), entry, exit))
  for (s in c(0, 6)) {
    f <- suppressWarnings(etm(e, as.character(0:(states - 1)), h$tra, "cens", s = s, covariance = TRUE))
    # etm() puts 0 for every negative covariance, not only for negative variances: take them before it does
    raw <- etm:::.etm(e$entry, e$exit, as.integer(h$d$from + 1), as.integer(h$d$to + 1), states, s, max(e$exit), TRUE, 0)
    stopifnot(identical(c(f$est), c(raw$est)), all(c(f$cov) == pmax(c(raw$cov), 0)))
    at <- if (name == "long") c(20, 60) else c(s + 1, 12, 20)
    for (t in at) {
      i <- findInterval(t, f$time)
      say("transition", s, t)
      rows(f$est[, , i])
      # etm orders its covariance by (to, from); ours by (from, to)
      o <- as.vector(t(matrix(1:(states^2), states)))
      rows(raw$cov[o, o, i])
    }
  }
}

# cumulative incidences with their cloglog intervals: competing ends as histories
small <- ends$small
e <- with(small, data.frame(id = seq_along(exit), from = "0", to = ifelse(end == 0, "cens", as.character(end)), entry = 0, exit))
stays("small", with(small, data.frame(subject = seq_along(exit), entry = 0, exit, from = 0, to = ifelse(end == 0, -1, end), weight = 1,
                                      cluster = 0)), 3)
tra <- matrix(c(FALSE, TRUE, TRUE, rep(FALSE, 6)), 3, byrow = TRUE)
say("allowed", as.integer(t(tra)))
f <- etm(e, c("0", "1", "2"), tra, "cens", s = 0)
ci <- summary(f, ci.fun = "cloglog", level = 0.95)
for (to in c("0 1", "0 2")) {
  x <- ci[[to]]
  say("cloglog", as.integer(substr(to, 3, 3)), nrow(x)); rows(x[, c("time", "P", "var", "lower", "upper")])
}

# ── tests ──
open_file("tests.tsv")
logrank <- function(rho, d, strata) {
  y <- Surv(d$exit, as.integer(d$end > 0))
  f <- if (strata) survdiff(y ~ d$group + strata(d$stratum), rho = rho) else survdiff(y ~ d$group, rho = rho)
  total <- function(x) if (is.matrix(x)) rowSums(x) else x
  say("logrank", as.integer(strata), rho, f$chisq, length(total(f$obs)) - 1, f$pvalue, total(f$obs), total(f$exp), f$var)
}
gray <- function(rho, d, strata, causes) {
  f <- tryCatch(if (strata) cuminc(d$exit, d$end, d$group, d$stratum, rho = rho) else cuminc(d$exit, d$end, d$group, rho = rho),
                error = function(e) NULL)
  if (is.null(f)) { # its variance is not a number: one at risk in a corrected tie
    for (k in 1:causes) say("gray", as.integer(strata), rho, k, NA, NA, NA)
    cat("cuminc fails:", name, strata, rho, "\n")
    return()
  }
  for (k in 1:causes) say("gray", as.integer(strata), rho, k, f$Tests[k, "stat"], f$Tests[k, "df"],
                          pchisq(f$Tests[k, "stat"], f$Tests[k, "df"], lower.tail = FALSE))
}
compared <- c(sets[c("lung", "ovarian", "veteran", "pbc", "aml", "ties")], ends[c("mgus2", "colon", "pbc", "ties")])
names(compared)[10] <- "ties4"; names(compared)[9] <- "pbc2"
for (name in names(compared)) {
  d <- compared[[name]]
  d$stratum <- (seq_len(nrow(d)) * 7) %% 3
  causes <- max(d$end)
  d$cluster <- d$stratum
  spells(name, d, max(d$group) + 1, causes)
  for (strata in c(FALSE, TRUE)) for (rho in c(0, 1, 0.5)) {
    logrank(rho, d, strata)
    gray(rho, d, strata, causes)
  }
}
# distributions
say("normal", length(p <- c(1e-300, 1e-10, 0.001, 0.025, 0.07, 0.3, 0.5, 0.6, 0.925, 0.975, 0.9999999))); rows(cbind(p, qnorm(p)))
x <- expand.grid(x = c(1e-8, 0.1, 1, 3.84, 20, 150, 700), df = c(1, 2, 3, 4, 7, 10, 31, 100))
say("chi2", nrow(x)); rows(cbind(x$x, x$df, pchisq(x$x, x$df, lower.tail = FALSE)))
q <- expand.grid(p = c(1e-6, 0.025, 0.3, 0.9, 0.975, 0.999), df = c(0.7, 1, 2.5, 3.78125, 19, 49.3, 1e4, 3e7))
say("t", nrow(q)); rows(cbind(q$p, q$df, qt(q$p, q$df)))
close(con)
