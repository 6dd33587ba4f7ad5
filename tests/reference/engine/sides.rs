//! The two that are asked: sendmail in its world, and the engine with the same files and zones.

use std::{
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    process::Stdio,
};

use relaycc::{
    emit::cf,
    front::{self, Input, Syntax},
    rewrite::{
        Host, Services, ZoneResolver,
        bt::{GREETING, PROMPT, TestMode},
        load,
    },
    source::{FileSystem, NoFiles, Sources},
    syntax::zone::{self, Zones},
};

use crate::{fixture::Place, world::World};

/// What this program makes of a `.mc`, if it takes it.
pub(super) fn built(mc: &Path) -> Option<Vec<u8>> {
    let bytes = fs::read(mc).ok()?;
    let name = mc.file_name()?.to_string_lossy().into_owned();
    let input = Input { name: &name, bytes: &bytes, syntax: Syntax::Mc };
    let folder = Folder(mc.parent()?.to_owned());
    let compiled = front::compile(&input, &folder);
    let site = compiled.site?;
    Some(compiled.sources.encode(cf::emit(&site).into_text()))
}

/// Files beside a `.mc`.
struct Folder(PathBuf);

impl FileSystem for Folder {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(self.0.join(path))
    }
}

/// What sendmail prints.
pub(super) fn sendmail(world: &World, label: &str, cf: &[u8], script: &str) -> io::Result<String> {
    let path = world.dir().join(format!("engine-{label}.cf"));
    let input = path.with_extension("bt");
    fs::write(&path, cf)?;
    fs::write(&input, script)?;
    let mut command = world.command("sendmail");
    command.arg("-C").arg(&path).arg("-bt").stdin(Stdio::from(fs::File::open(&input)?));
    let output = command.output()?;
    fs::remove_file(&path)?;
    fs::remove_file(&input)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What the engine prints.
pub(super) fn engine(world: &World, place: Place, cf: &[u8], script: &str) -> String {
    let mut sources = Sources::default();
    let source = sources.add_bytes("sendmail.cf", cf);
    let files = Mounted { root: world.dir().to_owned() };
    let setting = place.setting();
    let mut zones = Zones::default();
    let mut failing = Vec::new();
    for (name, file) in &setting.zones {
        match fs::read_to_string(file) {
            Ok(text) => {
                let id = sources.add(name.clone(), text.clone());
                let (read, _) = zone::parse(&text, id, if name == "." { "" } else { name });
                zones.extend(read);
            }
            Err(_) => failing.push(name.clone()),
        }
    }
    let resolver = ZoneResolver::new(zones, failing);
    let addresses = vec![IpAddr::from([127, 0, 0, 1]), IpAddr::from(setting.address)];
    let host = Host { name: world.host.clone(), addresses };
    let loaded = load(&sources, source, &host, &files);
    let mut mode = TestMode::new(&loaded.program, Services { files: &files, resolver: &resolver });
    let mut out = GREETING.to_vec();
    for line in script.lines() {
        out.extend_from_slice(PROMPT);
        if !mode.line(line.as_bytes(), &mut out) {
            break;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The files of a world where sendmail sees them.
struct Mounted {
    root: PathBuf,
}

impl FileSystem for Mounted {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if let Ok(rest) = path.strip_prefix("/etc/mail") {
            return fs::read(self.root.join("etc-mail").join(rest));
        }
        match path.to_str() {
            Some("/etc/hosts") => fs::read(self.root.join("hosts")),
            Some("/etc/passwd") => fs::read(self.root.join("passwd")),
            Some(_) => fs::read(path),
            None => NoFiles.read(path),
        }
    }
}
