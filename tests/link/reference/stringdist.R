# Writes stringdist.tsv: pairs of texts with what R's stringdist says of them, 17 digits.
#   Rscript stringdist.R > stringdist.tsv     (Debian 12: r-base-core, r-cran-stringdist)
# M. van der Loo, "The stringdist package for approximate string matching", The R Journal 6 (2014).
suppressMessages(library(stringdist))
set.seed(20251218)
alphabets <- list(c("A", "B", "C"), c(LETTERS, " ", "-", "'"),
                  c(LETTERS, intToUtf8(c(0xC9, 0xC8, 0xEF, 0xE7, 0x153, 0xEA), multiple = TRUE)),
                  intToUtf8(c(0x3B1:0x3C9, 0x4E00:0x4E20, 0x1F600:0x1F620), multiple = TRUE))
draw <- function(alphabet, n) paste(sample(alphabet, n, replace = TRUE), collapse = "")
edit <- function(text, alphabet) {
  p <- strsplit(text, "")[[1]]
  for (k in seq_len(sample(1:3, 1))) {
    i <- sample(length(p), 1)
    p <- switch(sample(4, 1),
      p[-i], append(p, sample(alphabet, 1), i), replace(p, i, sample(alphabet, 1)),
      if (i < length(p)) replace(p, c(i, i + 1), p[c(i + 1, i)]) else p)
    if (length(p) == 0) p <- sample(alphabet, 1)
  }
  paste(p, collapse = "")
}
a <- c("MARTHA", "DWAYNE", "DIXON", "CA", "JONES", "SHACKLEFORD", "ABCDEFGHIJ")
b <- c("MARHTA", "DUANE", "DICKSONX", "ABC", "JOHNSON", "SHACKELFORD", "BCADEFGHIJ")
for (i in 1:480) {
  alphabet <- alphabets[[1 + i %% 4]]
  x <- draw(alphabet, if (i %% 12 == 0) sample(50:90, 1) else sample(1:16, 1))
  a <- c(a, x)
  b <- c(b, if (i %% 2 == 0) edit(x, alphabet) else draw(alphabet, sample(1:16, 1)))
}
f <- function(...) sprintf("%.17g", stringdist(a, b, ...))
cat("# R ", paste(R.version$major, R.version$minor, sep = "."), ", stringdist ",
    as.character(packageVersion("stringdist")), ", stringdist.R\n", sep = "")
cat("# a b lv osa dl lcs jaro jw.1 qgram2 qgram3 jaccard2 cosine2 cosine3; NaN: undefined there\n")
cat(paste(a, b, f(method = "lv"), f(method = "osa"), f(method = "dl"), f(method = "lcs"),
          f(method = "jw", p = 0), f(method = "jw", p = 0.1), f(method = "qgram", q = 2),
          f(method = "qgram", q = 3), f(method = "jaccard", q = 2), f(method = "cosine", q = 2),
          f(method = "cosine", q = 3), sep = "\t"), sep = "\n")
