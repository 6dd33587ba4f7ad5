//! Servers that take every message and tell what they took.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use super::scrubbed;

/// Servers that listen as long as this lives.
pub struct Sinks {
    took: Arc<Mutex<Vec<String>>>,
    closing: Arc<AtomicBool>,
    listening: Vec<(Ipv4Addr, JoinHandle<()>)>,
}

impl Sinks {
    /// Opens a server at each address, on port 25 of the calling thread's network.
    pub fn open(servers: &[(&'static str, Ipv4Addr)]) -> io::Result<Sinks> {
        let took = Arc::default();
        let closing = Arc::new(AtomicBool::new(false));
        let mut listening = Vec::new();
        for &(name, address) in servers {
            let listener = TcpListener::bind((address, 25))?;
            let (took, closing) = (Arc::clone(&took), Arc::clone(&closing));
            let accept = move || {
                for stream in listener.incoming() {
                    if closing.load(Ordering::SeqCst) {
                        break;
                    }
                    let took = Arc::clone(&took);
                    if let Ok(stream) = stream {
                        thread::spawn(move || serve(name, stream, &took));
                    }
                }
            };
            listening.push((address, thread::spawn(accept)));
        }
        Ok(Sinks { took, closing, listening })
    }

    /// What arrived since the last call, in an order that does not depend on who was faster.
    pub fn taken(&self) -> Vec<String> {
        let mut taken = match self.took.lock() {
            Ok(mut took) => std::mem::take(&mut *took),
            Err(_) => Vec::new(),
        };
        taken.sort();
        taken
    }
}

impl Drop for Sinks {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        for (address, thread) in self.listening.drain(..) {
            if TcpStream::connect((address, 25)).is_ok() && thread.join().is_err() && !thread::panicking() {
                panic!("a server broke off");
            }
        }
    }
}

/// Takes the messages of one connection.
fn serve(name: &str, stream: TcpStream, took: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut stream = stream;
    let mut say = |reply: &str| stream.write_all(format!("{reply}\r\n").as_bytes());
    let mut message = String::new();
    say(&format!("220 {name} ESMTP"))?;
    while let Some(line) = lines.next().transpose()? {
        let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                say(&format!("250-{name}"))?;
                say("250-8BITMIME")?;
                say("250 ENHANCEDSTATUSCODES")?;
            }
            "MAIL" | "RCPT" => {
                message += &format!("{}\n", scrubbed(&line));
                say("250 2.1.0 ok")?;
            }
            "DATA" => {
                say("354 go on")?;
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    message += &format!("  {}\n", scrubbed(&line));
                }
                if let Ok(mut took) = took.lock() {
                    took.push(format!("--- {name} took\n{message}"));
                }
                message.clear();
                say("250 2.0.0 taken")?;
            }
            "RSET" => {
                message.clear();
                say("250 2.0.0 ok")?;
            }
            "QUIT" => return say("221 2.0.0 bye"),
            _ => say("250 2.0.0 ok")?,
        }
    }
    Ok(())
}
