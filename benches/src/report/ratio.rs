//! Ours against the peer's, round by round.

use serde::Serialize;

/// Two figures that were measured one after the other, over all rounds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Compared {
    /// The median of ours.
    pub ours: f64,
    /// The median of the peer's; `None` without a peer.
    pub peer: Option<f64>,
    /// The median of each round's ratio, ours to the peer's.
    pub ratio: Option<f64>,
    /// The lowest and the highest ratio of a round.
    pub spread: Option<(f64, f64)>,
}

impl Compared {
    /// Computes the ratio from each round's two figures.
    #[must_use]
    pub fn of(ours: &[f64], peer: &[f64]) -> Self {
        let ratios: Vec<f64> = ours.iter().zip(peer).map(|(ours, peer)| ours / peer).collect();
        let lowest = ratios.iter().copied().reduce(f64::min);
        let highest = ratios.iter().copied().reduce(f64::max);
        Self {
            ours: median(ours).unwrap_or_default(),
            peer: median(peer),
            ratio: median(&ratios),
            spread: lowest.zip(highest),
        }
    }
}

/// Returns the middle one, or the mean of the two in the middle.
#[must_use]
pub fn median(figures: &[f64]) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_the_median_of_the_rounds() {
        let compared = Compared::of(&[2.0, 9.0, 4.0], &[1.0, 1.0, 4.0]);
        assert_eq!((compared.ours, compared.peer), (4.0, Some(1.0)));
        assert_eq!((compared.ratio, compared.spread), (Some(2.0), Some((1.0, 9.0))));
        let alone = Compared::of(&[2.0, 4.0], &[]);
        assert_eq!((alone.ours, alone.ratio), (3.0, None));
    }
}
