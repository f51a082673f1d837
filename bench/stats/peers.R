# Rscript peers.R N FILE LIBRARIES: draws N spells of 20 groups with 4 competing ends in whole days, writes them for
# bench_stats, and times R survival and cmprsk on them. Prints "what<TAB>seconds of CPU<TAB>sum of all numbers made".
suppressMessages({library(survival); library(cmprsk)})
args <- commandArgs(TRUE); n <- as.integer(args[1])
set.seed(1)
group <- sample(0:19, n, TRUE)
rate <- c(0.31, 0.23, 0.36, 0.10)
end <- sample(1:4, n, TRUE, prob = rate)
day <- floor(rexp(n) * c(240, 150, 120, 365)[end] * (1 + group / 40))
seen <- sample(0:2190, n, TRUE)  # observation stops for all on one day, recordings are spread over six years
end[day > seen] <- 0L
day <- pmin(day, seen)
out <- file(args[2], "wb")
writeBin(c(n, 0L), out)
writeBin(as.double(day), out); writeBin(as.integer(end), out); writeBin(as.integer(group), out)
close(out)
cpu <- function(what, f) {
  gc()
  t <- system.time(s <- f())
  cat(sprintf("%s\t%.3f\t%.17g\n", what, t[[1]] + t[[2]], s))
}
kind <- factor(end, 0:4)
cpu("aalen_johansen_se", function() { f <- survfit(Surv(day, kind) ~ group); sum(f$pstate) + sum(f$std.err) })
cpu("aalen_johansen", function() { f <- survfit(Surv(day, kind) ~ group, se.fit = FALSE); sum(f$pstate) })
cpu("kaplan_meier", function() { f <- survfit(Surv(day, end > 0) ~ group); sum(f$surv) + sum((f$surv * f$std.err)[f$surv > 0]) })
if (length(args) > 2) cpu("gray_4_causes", function() sum(cuminc(day, end, group)$Tests[, "stat"]))
if (length(args) > 2) cpu("multistate_1_group_se", function() { f <- survfit(Surv(day, kind) ~ 1); sum(f$pstate) + sum(f$std.err) })
cat("#", R.version.string, "survival", as.character(packageVersion("survival")), "cmprsk", as.character(packageVersion("cmprsk")), "\n")
