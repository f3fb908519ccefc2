//! Scenarios by a plan: `slow-api@10m+20m,rate-limit@1h+15m` starts one after ten simulated minutes, for twenty.

use std::str::FromStr;
use std::time::Duration;

use obsctl_model::Duration as Written;

use super::Scenario;

/// A scenario that comes and goes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What happens.
    pub scenario: Scenario,
    /// After how much simulated time.
    pub after: Duration,
    /// For how long.
    pub lasting: Duration,
}

/// What happens when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule(pub Vec<Planned>);

/// A plan that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Not in the right form.
    #[error("`{0}` is not `SCENARIO@AFTER+LASTING`, such as `slow-api@10m+20m`")]
    Form(String),
    /// Unknown.
    #[error("no scenario is called `{0}`: `obsctl-demo scenario` lists them")]
    Unknown(String),
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let parts = text.split(',').map(str::trim);
        let planned = parts.filter(|part| !part.is_empty()).map(|part| {
            let form = || ScheduleError::Form(part.to_owned());
            let (name, times) = part.split_once('@').ok_or_else(form)?;
            let (after, lasting) = times.split_once('+').ok_or_else(form)?;
            let read = |text| {
                let written = Written::parse(text).map_err(|_| form())?;
                Ok(Duration::from_millis(written.as_millis()))
            };
            Ok(Planned {
                scenario: Scenario::named(name)
                    .ok_or_else(|| ScheduleError::Unknown(name.to_owned()))?,
                after: read(after)?,
                lasting: read(lasting)?,
            })
        });
        Ok(Self(planned.collect::<Result<_, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read() {
        let plan: Schedule = "slow-api@10m+20m, rate-limit@1h+90s"
            .parse()
            .expect("valid");
        assert_eq!(plan.0.len(), 2);
        assert_eq!(plan.0[1].scenario, Scenario::RateLimit);
        assert_eq!(plan.0[1].after, Duration::from_secs(3600));
        assert_eq!(plan.0[1].lasting, Duration::from_secs(90));
        assert_eq!("".parse(), Ok(Schedule::default()));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let error = |text: &str| text.parse::<Schedule>().expect_err("wrong").to_string();
        assert_eq!(
            error("slow-api@10m"),
            "`slow-api@10m` is not `SCENARIO@AFTER+LASTING`, such as `slow-api@10m+20m`"
        );
        assert_eq!(
            error("slow@1m+1m"),
            "no scenario is called `slow`: `obsctl-demo scenario` lists them"
        );
        assert_eq!(
            error("slow-api@soon+1m"),
            "`slow-api@soon+1m` is not `SCENARIO@AFTER+LASTING`, such as `slow-api@10m+20m`"
        );
    }
}
