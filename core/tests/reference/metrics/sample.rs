//! A line after its name.

/// Name and decoded value of a label.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

pub(super) fn is_blank(byte: u8) -> bool {
    b" \t\r".contains(&byte)
}

/// Labels with decoded values, and the value.
pub(super) fn sample(rest: &[u8]) -> Option<(Vec<Pair>, f64)> {
    let mut at = 0;
    let skip = |mut at: usize| {
        while at < rest.len() && is_blank(rest[at]) {
            at += 1;
        }
        at
    };
    at = skip(at);
    let mut labels = Vec::new();
    if rest.get(at) == Some(&b'{') {
        at = skip(at + 1);
        while rest.get(at) != Some(&b'}') {
            let start = at;
            while rest.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
                at += 1;
            }
            let name = rest[start..at].to_vec();
            at = skip(at);
            if name.is_empty() || rest.get(at) != Some(&b'=') {
                return None;
            }
            at = skip(at + 1);
            if rest.get(at) != Some(&b'"') {
                return None;
            }
            at += 1;
            let mut value = Vec::new();
            while *rest.get(at)? != b'"' {
                if rest[at] == b'\\' {
                    match *rest.get(at + 1)? {
                        b'n' => value.push(b'\n'),
                        byte @ (b'"' | b'\\') => value.push(byte),
                        byte => value.extend([b'\\', byte]),
                    }
                    at += 2;
                } else {
                    value.push(rest[at]);
                    at += 1;
                }
            }
            labels.push((name, value));
            at = skip(at + 1);
            match rest.get(at)? {
                b',' => at = skip(at + 1),
                b'}' => {}
                _ => return None,
            }
        }
        at += 1;
    }
    let tail = std::str::from_utf8(&rest[at..]).ok();
    let mut words = match tail {
        Some(tail) => tail.split([' ', '\t', '\r']).filter(|word| !word.is_empty()).collect::<Vec<_>>(),
        // Only an exemplar may hold other bytes.
        None => {
            let hash = rest[at..].iter().position(|byte| *byte == b'#')?;
            let words = std::str::from_utf8(&rest[at..at + hash]).ok()?.split([' ', '\t', '\r']);
            let ends_in_blank = hash > 0 && is_blank(rest[at + hash - 1]);
            if !ends_in_blank {
                return None;
            }
            words.filter(|word| !word.is_empty()).collect()
        }
    };
    if let Some(hash) = words.iter().position(|word| word.starts_with('#')) {
        words.truncate(hash);
    }
    let numbers: Vec<f64> = words.iter().map(|word| word.parse().ok()).collect::<Option<_>>()?;
    if numbers.is_empty() || numbers.len() > 2 { None } else { Some((labels, numbers[0])) }
}
