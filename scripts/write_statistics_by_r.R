# Writes resources/validation/statistics_by_r.csv and survival_data.csv: what R says of the data sets beside them.
# Run from the root of the repository: Rscript scripts/write_statistics_by_r.R (R 4.2.2, lme4 1.1-31, car 3.1-1,
# survival 3.5-3; R is needed for nothing else).
suppressMessages({
  library(lme4)
  library(car)
  library(survival)
})
folder <- "resources/validation/"
vectors <- read.csv(paste0(folder, "stats_vectors.csv"))
table_1 <- read.csv(paste0(folder, "royan_table1.csv"))
rows <- "method,data,quantity,value"

add <- function(method, data, ...) {
  values <- c(...)
  for (name in names(values)) {
    value <- as.numeric(values[[name]])
    text <- format(signif(value, 10), digits = 10, scientific = abs(value) < 1e-3)
    rows <<- c(rows, paste(method, data, name, text, sep = ","))
  }
}

# Groups
describe <- function(data, x) {
  quarters <- quantile(x, c(.25, .5, .75), names = FALSE)
  ci <- t.test(x)$conf.int
  add("summary", data,
    n = length(x), mean = mean(x), sd = sd(x), se = sd(x) / sqrt(length(x)),
    q1 = quarters[1], median = quarters[2], q3 = quarters[3], low = min(x), high = max(x),
    ci_low = ci[1], ci_high = ci[2]
  )
}
months <- c(0, 2, 4, 6, 12)
for (m in months) describe(paste("month", m), vectors$alsfrsr[vectors$month == m])
for (name in c("age", "duration_months", "fvc_pct_baseline", "alsfrsr_baseline")) {
  describe(name, table_1[[name]])
}

# Courses
slopes <- sapply(split(vectors, vectors$patient), function(one) coef(lm(alsfrsr ~ month, one))[[2]])
ci <- t.test(slopes)$conf.int
add("slopes", "alsfrsr",
  n = length(slopes), mean = mean(slopes), sd = sd(slopes), ci_low = ci[1], ci_high = ci[2]
)
best <- NULL
for (begin in c(2e-3, 2e-2, 2e-1)) { # with its default tolerance lme4 stops beside the optimum
  control <- lmerControl("bobyqa", optCtrl = list(rhoend = 1e-12, rhobeg = begin, maxfun = 1e5))
  model <- lmer(alsfrsr ~ month + (month | patient), vectors, control = control)
  if (is.null(best) || logLik(model) > logLik(best)) best <- model
}
effects <- VarCorr(best)$patient
add("mixed_model", "alsfrsr",
  intercept = fixef(best)[[1]], slope = fixef(best)[[2]],
  se_intercept = sqrt(vcov(best)[1, 1]), se_slope = sqrt(vcov(best)[2, 2]),
  variance_intercept = effects[1, 1], covariance = effects[1, 2], variance_slope = effects[2, 2],
  residual_variance = sigma(best)^2, log_likelihood = as.numeric(logLik(best))
)
wide <- reshape(vectors, idvar = "patient", timevar = "month", direction = "wide")
wide <- wide[order(wide$patient), ]
complete <- as.matrix(wide[complete.cases(wide), paste0("alsfrsr.", months)])
time <- data.frame(month = factor(months))
found <- summary(
  Anova(lm(complete ~ 1), idata = time, idesign = ~month, type = 3),
  multivariate = FALSE
)
test <- found$univariate.tests[2, ]
add("anova", "alsfrsr",
  n = nrow(complete), dropped = nrow(wide) - nrow(complete), sum_squares = test[["Sum Sq"]],
  error_sum_squares = test[["Error SS"]], f = test[["F value"]], p = test[["Pr(>F)"]],
  epsilon = found$pval.adjustments[1, 1], p_corrected = found$pval.adjustments[1, 2],
  w = found$sphericity.tests[1, 1], p_sphericity = found$sphericity.tests[1, 2]
)

# Two groups, or two visits
compare <- function(method, data, test, difference) {
  add(method, data,
    difference = difference, t = test$statistic[[1]], degrees = test$parameter[[1]],
    p = test$p.value, ci_low = test$conf.int[1], ci_high = test$conf.int[2]
  )
}
change <- t.test(wide$alsfrsr.6, wide$alsfrsr.0, paired = TRUE)
compare("paired", "month 0 and 6", change, change$estimate[[1]])
first <- wide$patient < "P06"
between <- t.test(wide$alsfrsr.6[!first], wide$alsfrsr.6[first])
compare("welch", "month 6 by P01 to P05", between, between$estimate[[1]] - between$estimate[[2]])

# Survival
year <- data.frame(time = c(6, 7, 9, rep(12, 14)), status = c(1, 1, 1, rep(0, 14)))
curve <- function(data, frame, interval, times) {
  found <- survfit(Surv(time, status) ~ 1, frame, conf.type = interval)
  for (at in times) {
    place <- which(found$time == at)
    values <- c(
      found$surv[place], found$std.err[place] * found$surv[place], found$lower[place],
      found$upper[place]
    )
    names(values) <- paste(interval, "time", at, c("survival", "se", "low", "high"))
    add("kaplan_meier", data, values)
  }
}
for (interval in c("log-log", "plain")) curve("first year", year, interval, c(6, 7, 9))
curve("aml", aml, "log-log", c(9, 23, 48))
ranks <- survdiff(Surv(time, status) ~ x, aml)
add("log_rank", "aml",
  chi_squared = ranks$chisq, p = pchisq(ranks$chisq, 1, lower.tail = FALSE),
  expected_maintained = ranks$exp[1], expected_nonmaintained = ranks$exp[2]
)
control <- coxph.control(eps = 1e-11, toler.chol = 1e-12)
model <- coxph(Surv(time, status) ~ I(x != "Maintained"), aml, ties = "efron", control = control)
add("cox", "aml",
  coefficient = coef(model)[[1]], se = sqrt(vcov(model)[1, 1]),
  log_likelihood = model$loglik[2], likelihood_ratio = 2 * diff(model$loglik),
  p = summary(model)$coefficients[1, 5]
)

writeLines(rows, paste0(folder, "statistics_by_r.csv"))
writeLines(c(
  "data,group,time,event",
  paste("first year", "", year$time, year$status, sep = ","),
  paste("aml", tolower(aml$x), aml$time, aml$status, sep = ",")
), paste0(folder, "survival_data.csv"))
