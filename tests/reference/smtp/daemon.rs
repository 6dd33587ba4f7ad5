//! The reference's daemon on a given configuration.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::world::World;

/// A daemon that runs as long as this lives.
pub struct Daemon {
    process: Child,
    queue: PathBuf,
}

impl Daemon {
    /// Starts sendmail at `address`, in the world's and the calling thread's network, and waits until it answers.
    ///
    /// Of the configuration only that is changed which must be for a test: where the queue is, that a busy machine is no
    /// reason to refuse, and that the daemon listens on one address.
    pub fn start(world: &World, address: Ipv4Addr, label: &str, cf: &str) -> io::Result<Daemon> {
        let label = label.replace('/', "-");
        let queue = world.dir().join(format!("{label}-queue"));
        fs::create_dir(&queue)?;
        fs::set_permissions(&queue, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let path = world.dir().join(format!("{label}-daemon.cf"));
        let mut text = String::new();
        for line in cf.lines() {
            match line.strip_prefix("O DaemonPortOptions=") {
                Some(options) => text += &format!("O DaemonPortOptions={options}, Addr={address}\n"),
                None => text += &format!("{line}\n"),
            }
        }
        text += &format!(
            "\nO QueueDirectory={}\nO PidFile={}\nO Timeout.ident=0\nO QueueLA=100000\nO RefuseLA=100000\nO DelayLA=100000\n",
            queue.display(),
            queue.with_extension("pid").display()
        );
        fs::write(&path, text)?;
        let process = world
            .command("sendmail")
            .arg("-C")
            .arg(&path)
            .arg("-bD")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let daemon = Daemon { process, queue };
        let began = Instant::now();
        while let Err(error) = TcpStream::connect((address, 25)) {
            if began.elapsed() > Duration::from_secs(60) {
                return Err(error);
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(daemon)
    }

    /// Waits until nothing is left to deliver. Says what stays in the queue: quarantined messages.
    pub fn settle(&self) -> io::Result<String> {
        let began = Instant::now();
        loop {
            let mut held = 0;
            let mut waiting = false;
            for entry in fs::read_dir(&self.queue)? {
                let name = entry?.file_name();
                match name.to_string_lossy().get(..2) {
                    Some("hf") => held += 1,
                    Some("qf" | "tf" | "xf") => waiting = true,
                    _ => {}
                }
            }
            if !waiting {
                return Ok(if held == 0 { String::new() } else { format!("--- {held} held in quarantine\n") });
            }
            if began.elapsed() > Duration::from_secs(60) {
                return Err(io::Error::other(format!("mail stays in the queue: {:?}", self.stuck())));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The queue files that remain, for the message that says so.
    fn stuck(&self) -> Vec<String> {
        let files = fs::read_dir(&self.queue).into_iter().flatten().flatten();
        files.filter_map(|file| fs::read_to_string(file.path()).ok()).collect()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let stopped = self.process.kill().and_then(|()| self.process.wait());
        if stopped.is_err() && !thread::panicking() {
            panic!("the daemon could not be stopped");
        }
    }
}
