//! Compiling what a test is about.

use relaycc::{
    front::{Compiled, Input, Syntax, compile},
    source::FileSystem,
};

/// The files of this machine.
pub(crate) struct Disk;

impl FileSystem for Disk {
    fn read(&self, path: &std::path::Path) -> std::io::Result<Vec<u8>> {
        std::fs::read(path)
    }
}

pub(crate) fn compiled(name: &str, text: impl AsRef<[u8]>, files: &dyn FileSystem) -> Compiled {
    let syntax = Syntax::of(name).unwrap();
    compile(&Input { name, bytes: text.as_ref(), syntax }, files)
}

pub(crate) fn fixture(path: &str) -> Compiled {
    compiled(path, std::fs::read(path).unwrap(), &Disk)
}

/// The names of a folder's `.toml` fixtures, without `.toml`.
pub(crate) fn names(folder: &str) -> Vec<String> {
    let files = std::fs::read_dir(format!("fixtures/{folder}")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter_map(|name| name.strip_suffix(".toml").map(str::to_owned)).collect();
    names.sort();
    names
}
