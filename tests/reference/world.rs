//! A private world for the reference: its own network, mounts and host name, with name service that answers at once.
//!
//! `sendmail` asks the host for its name, its addresses, its users, `/etc/mail` and the DNS. Here all of these come from
//! `fixtures/`, so that an answer is the same on every machine and no packet leaves it. One world serves many runs: a
//! shell holds the namespaces open until its standard input closes, which also happens when the tests are killed.
//! What is asked there is not this module's business.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    io::{BufRead, BufReader, Write},
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use tempfile::TempDir;

/// Where the reference's macro tree is; its presence decides whether there is a reference to ask.
pub const CF_TREE: &str = "/usr/share/sendmail/cf/";

/// What a world is made of.
pub struct Setting {
    /// Fully qualified name of the host.
    pub host: &'static str,
    /// The host's own address, besides 127.0.0.1.
    pub address: Ipv4Addr,
    /// Networks in which any address may be bound, for clients and for servers elsewhere.
    pub networks: &'static [&'static str],
    /// `/etc/hosts` and `/etc/passwd`.
    pub hosts: PathBuf,
    /// `/etc/passwd`.
    pub passwd: PathBuf,
    /// The texts of `/etc/mail`; those that are maps are also hashed, see [`MAPS`].
    pub etc_mail: PathBuf,
    /// Zone name and zone file. A zone whose file does not exist is answered SERVFAIL.
    pub zones: Vec<(String, PathBuf)>,
}

/// The texts in `/etc/mail` that `makemap` hashes: those whose name starts so.
pub const MAPS: [&str; 13] = [
    "access",
    "authinfo",
    "bcctable",
    "bitdomain",
    "domaintable",
    "drac",
    "genericstable",
    "mailertable",
    "mailhost",
    "mailroute",
    "users.",
    "uudomain",
    "virtusertable",
];

/// Namespaces held open.
pub struct World {
    holder: Child,
    dir: TempDir,
    /// Fully qualified name of the host.
    pub host: String,
    /// Stands for all files that the world was made of.
    pub fingerprint: u64,
}

impl World {
    /// Makes the namespaces and waits until the name server answers.
    pub fn open(setting: &Setting) -> io::Result<World> {
        let dir = tempfile::Builder::new().prefix("relaycc-world").tempdir()?;
        let root = dir.path();
        fs::set_permissions(root, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        copy_etc_mail(&setting.etc_mail, &root.join("etc-mail"))?;
        for (name, source) in [("hosts", &setting.hosts), ("passwd", &setting.passwd)] {
            fs::copy(source, root.join(name))?;
        }
        fs::write(root.join("resolv.conf"), "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n")?;
        fs::create_dir(root.join("nsd"))?;
        fs::write(root.join("nsd.conf"), nsd_conf(root, &setting.zones))?;
        fs::write(root.join("hold.sh"), hold_sh(setting))?;

        let mut holder = Command::new("unshare")
            .args(["-n", "-m", "-u", "sh", "hold.sh"])
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut first = String::new();
        if let Some(stdout) = holder.stdout.take() {
            BufReader::new(stdout).read_line(&mut first)?;
        }
        if first.trim() != "ready" {
            let log = fs::read_to_string(root.join("nsd/log")).unwrap_or_default();
            return Err(io::Error::other(format!("no private namespaces (root is needed): {first}\n{log}")));
        }
        let fingerprint = fingerprint(setting)?;
        Ok(World { holder, dir, host: setting.host.to_owned(), fingerprint })
    }

    /// A command that will run inside.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["-t", &self.holder.id().to_string(), "-n", "-m", "-u", "--wd=/", "--", program]);
        command
    }

    /// A folder of the world's own, for files that a run needs. It has the same name inside and outside.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

impl World {
    /// The network namespace, for a thread that wants to open sockets inside.
    pub fn network(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/ns/net", self.holder.id()))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        if self.holder.wait().is_err() && !thread::panicking() {
            panic!("the namespaces' holder could not be waited for");
        }
    }
}

fn copy_etc_mail(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let target = to.join(&name);
        fs::copy(entry.path(), &target)?;
        if MAPS.iter().any(|map| name.to_string_lossy().starts_with(map)) {
            hash(&fs::read_to_string(&target)?, &target)?;
        } else if name == "aliases" {
            // `@` says that the file is whole; sendmail would wait for it.
            hash(&format!("{}@ @\n", fs::read_to_string(&target)?.replace(':', "\t")), &target)?;
        }
    }
    Ok(())
}

fn fingerprint(setting: &Setting) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    hold_sh(setting).hash(&mut hasher);
    let mut files = vec![setting.hosts.clone(), setting.passwd.clone()];
    for entry in fs::read_dir(&setting.etc_mail)? {
        files.push(entry?.path());
    }
    files.extend(setting.zones.iter().map(|(_, file)| file.clone()).filter(|file| file.exists()));
    files.sort();
    for file in files {
        (file.file_name(), fs::read(&file)?).hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// Makes the hashed map `file`.db of a text.
fn hash(text: &str, file: &Path) -> io::Result<()> {
    let mut makemap = Command::new("makemap")
        .args(["-C", "/dev/null", "hash"])
        .arg(file)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = makemap.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    let made = makemap.wait_with_output()?;
    if made.status.success() {
        Ok(())
    } else {
        Err(io::Error::other(String::from_utf8_lossy(&made.stderr).into_owned()))
    }
}

/// The name server's configuration. It answers as often as it is asked: by default nsd leaves queries of one network
/// unanswered when there are more than some hundred a second.
fn nsd_conf(root: &Path, zones: &[(String, PathBuf)]) -> String {
    let dir = root.join("nsd");
    let dir = dir.display();
    let mut text = format!(
        "server:\n  ip-address: 127.0.0.1\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  server-count: 1\n  \
         rrl-ratelimit: 0\n  \
         zonesdir: \"{dir}\"\n  pidfile: \"{dir}/pid\"\n  xfrdfile: \"{dir}/xfrd\"\n  zonelistfile: \"{dir}/list\"\n  \
         logfile: \"{dir}/log\"\nremote-control:\n  control-enable: no\n"
    );
    for (zone, file) in zones {
        text += &format!("zone:\n  name: \"{zone}\"\n  zonefile: \"{}\"\n", file.display());
    }
    text
}

/// The script that makes the namespaces' contents and then waits for its standard input to close.
fn hold_sh(setting: &Setting) -> String {
    let mut text =
        format!("set -e\nip link set lo up\nip address add {}/32 dev lo\nhostname {}\n", setting.address, setting.host);
    for network in setting.networks {
        let family = if network.contains(':') { "-6 " } else { "" };
        text += &format!("ip {family}route add local {network} dev lo\n");
    }
    for (file, over) in [("hosts", "/etc/hosts"), ("passwd", "/etc/passwd"), ("resolv.conf", "/etc/resolv.conf")] {
        text += &format!("mount --bind ./{file} {over}\n");
    }
    text += "mount --bind ./etc-mail /etc/mail\n\
             nsd -d -c ./nsd.conf &\nserver=$!\n\
             tries=0\nuntil grep -q 'nsd started' nsd/log 2>/dev/null; do\n\
             \ttries=$((tries + 1)); [ $tries -lt 100 ]; sleep 0.05\ndone\n\
             echo ready\ncat >/dev/null\nkill $server\nwait\n";
    text
}
