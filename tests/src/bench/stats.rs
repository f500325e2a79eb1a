//! Quantiles of samples, and the spread of a figure over rounds. Pure.

use serde::Serialize;

/// The value below which the share `q` of the samples lies; nothing of no samples. Sorts them.
pub fn quantile(samples: &mut [f64], q: f64) -> Option<f64> {
    samples.sort_unstable_by(f64::total_cmp);
    let last = samples.len().checked_sub(1)?;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index into samples that fit in memory"
    )]
    let at = (last as f64 * q).round() as usize;
    samples.get(at).copied()
}

/// One figure over several rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Of the best round, where less is better.
    pub min: f64,
    /// Of the round in the middle.
    pub median: f64,
    /// Of the worst round, where less is better.
    pub max: f64,
}

impl Spread {
    /// Of one value per round; nothing of no rounds.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let mut values: Vec<f64> = values.into_iter().collect();
        Some(Spread {
            min: quantile(&mut values, 0.0)?,
            median: quantile(&mut values, 0.5)?,
            max: quantile(&mut values, 1.0)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_sorted_samples() {
        let mut samples = [5.0, 1.0, 3.0, 2.0, 4.0];
        assert_eq!(quantile(&mut samples, 0.5), Some(3.0));
        assert_eq!(quantile(&mut samples, 0.99), Some(5.0));
        assert_eq!(quantile(&mut [], 0.5), None);
        let spread = Spread::of([2.0, 9.0, 1.0]).unwrap();
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 2.0, 9.0));
    }
}
