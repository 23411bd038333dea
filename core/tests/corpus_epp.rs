//! Explore.
use std::path::{Path, PathBuf};
use inferroute::{Scheduling, Severity};

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files); } else if path.extension().is_some_and(|e| e == "yaml") { files.push(path); }
    }
}

#[test]
fn explore() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/epp-config");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let manifest = std::fs::read_to_string(root.join("MANIFEST-extracted.tsv")).unwrap();
    for file in files {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        let want = manifest.lines().find_map(|line| { let f: Vec<&str> = line.split('\t').collect(); (format!("{}/{}", f[0], f[1]) == name).then(|| f[5].to_owned()) }).unwrap_or("none".into());
        let text = std::fs::read_to_string(&file).unwrap();
        match Scheduling::from_yaml(&text) {
            Ok(s) => { println!("OK    want={want} {name}"); for w in s.warnings() { if w.severity() != Severity::Info { println!("   W {} {}:{} {} [{}]", w.code(), w.line(), w.column(), w.message(), w.field()) } } }
            Err(p) => { println!("ERR   want={want} {name}"); for w in &p { println!("   E {} {}:{} {} [{}]", w.code(), w.line(), w.column(), w.message(), w.field()) } }
        }
    }
}
