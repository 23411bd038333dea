//! Mirrors: who gets copies of a request, and of how many.

use super::filters::FilterReader;
use super::report::Report;
use crate::ids::ObjectName;
use crate::manifest::{Code, Kind, MirrorWire};
use crate::plan::Mirror;
use crate::units::port;

impl FilterReader<'_> {
    /// The backend of a mirror; `None` where there is no such backend, which costs the copies and nothing else.
    pub(super) fn mirror(
        &self,
        wire: &MirrorWire,
        at: &str,
        report: &mut Report,
    ) -> Result<Option<Mirror>, String> {
        let to = &wire.backend_ref;
        let namespace = to.namespace.as_deref().unwrap_or_else(|| self.route.name.namespace());
        let name = ObjectName::new(namespace, &to.name);
        let is_service = to.kind.as_deref().is_none_or(|kind| kind == "Service");
        if is_service && to.port.is_none() {
            return Err(format!("Service `{}` is mirrored to without a port", to.name));
        }
        let kind = if is_service { Kind::Service } else { Kind::Backend };
        let from = (self.route.kind, self.route.name.namespace());
        let permitted = self.route.is_of_mesh() || self.objects.permits(from, kind.groups(), kind, &name);
        if !permitted || !self.objects.has_plain(kind, &name) {
            let message =
                format!("{} {name} is not there or not permitted; no copies are sent", kind.as_str());
            report.add(
                self.route.source,
                Code::NotFound,
                &format!("{at}.requestMirror.backendRef.name"),
                message,
                "load the object and, across namespaces, a ReferenceGrant",
            );
            return Ok(None);
        }
        let positive = |value: i64| u32::try_from(value).ok();
        let (numerator, denominator) = match (&wire.fraction, wire.percent) {
            (Some(fraction), _) => {
                (positive(fraction.numerator), positive(fraction.denominator.unwrap_or(100)))
            }
            (None, percent) => (positive(percent.unwrap_or(100)), Some(100)),
        };
        let share = numerator
            .zip(denominator)
            .filter(|(numerator, denominator)| *denominator > 0 && numerator <= denominator);
        let (numerator, denominator) = share.ok_or("the share of a mirror is not between 0 and 1")?;
        let (namespace, name) = (name.namespace().to_owned(), name.name().to_owned());
        Ok(Some(Mirror {
            kind: kind.as_str(),
            namespace,
            name,
            port: to.port.and_then(port),
            numerator,
            denominator,
        }))
    }
}
