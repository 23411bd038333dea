//! Where endpoints are.

/// The labels in which endpoints say where they are. Values compare level by level; the closest level on which both have the same value counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopologyLabels {
    /// Default: `kubernetes.io/hostname`.
    pub host: String,
    /// Default: `topology.kubernetes.io/rack`.
    pub rack: String,
    /// Default: `topology.kubernetes.io/zone`.
    pub zone: String,
    /// Default: `topology.kubernetes.io/region`.
    pub region: String,
}

/// How close two endpoints are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TopologyLevel {
    /// On the same host.
    #[default]
    Host,
    /// In the same rack.
    Rack,
    /// In the same zone.
    Zone,
    /// In the same region.
    Region,
}

impl Default for TopologyLabels {
    fn default() -> Self {
        let well_known = |name: &str| format!("topology.kubernetes.io/{name}");
        Self {
            host: "kubernetes.io/hostname".to_owned(),
            rack: well_known("rack"),
            zone: well_known("zone"),
            region: well_known("region"),
        }
    }
}

impl TopologyLabels {
    /// The labels, the closest level first.
    pub(crate) fn all(&self) -> [&str; 4] {
        [&self.host, &self.rack, &self.zone, &self.region]
    }
}

impl TopologyLevel {
    /// All levels, the closest first.
    pub(crate) const ALL: [Self; 4] = [Self::Host, Self::Rack, Self::Zone, Self::Region];
}
