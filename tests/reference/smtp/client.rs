//! An SMTP client that comes from an address of its choice.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddrV4, TcpStream},
    time::Duration,
};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

use super::scrubbed;

/// One connection: who connects, and what is said on it.
pub struct Session {
    /// The client's address.
    pub from: Ipv4Addr,
    /// What it shows.
    pub what: &'static str,
    /// Commands, in order. A line `DATA` is followed by the message, given as one entry that ends with `\n.`.
    pub says: Vec<String>,
}

/// Holds the session with the daemon at `server`: what was said, with every reply.
pub fn run(session: &Session, server: Ipv4Addr) -> io::Result<String> {
    let stream = open(session.from, SocketAddrV4::new(server, 25))?;
    let mut replies = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    let mut text = reply(&mut replies)?;
    for command in &session.says {
        if command.contains('\n') {
            text += "C: (message)\n";
        } else {
            text += &format!("C: {command}\n");
        }
        let sent = stream.write_all(format!("{}\r\n", command.replace('\n', "\r\n")).as_bytes());
        match sent.and_then(|()| reply(&mut replies)) {
            Ok(answer) => text += &answer,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::Error::other(format!(
                    "{}: no reply to {command:?}; before that:\n{text}",
                    session.from
                )));
            }
            Err(_) => {
                text += "(closed)\n";
                break;
            }
        }
    }
    Ok(text)
}

/// The last line of the reply to each command. Nothing is said after a refusal, but for that of EHLO. A greeting that is
/// none is the reply to `CONNECT`.
pub fn replies(from: Ipv4Addr, server: SocketAddrV4, says: &[String]) -> io::Result<Vec<(String, String)>> {
    let mut stream = open(from, server)?;
    let mut replies = BufReader::new(stream.try_clone()?);
    let mut all = Vec::new();
    let greeting = reply(&mut replies)?;
    if !greeting.starts_with("S: 220") {
        all.push(("CONNECT".to_owned(), greeting.trim_start_matches("S: ").trim_end().to_owned()));
    }
    for command in says {
        let sent = stream.write_all(format!("{command}\r\n").as_bytes());
        let Ok(text) = sent.and_then(|()| reply(&mut replies)) else { break };
        let last = text.lines().last().and_then(|line| line.strip_prefix("S: ")).unwrap_or_default().to_owned();
        let goes_on = command.starts_with("EHLO") || last.starts_with('2');
        all.push((command.clone(), last));
        if !goes_on {
            break;
        }
    }
    Ok(all)
}

fn open(from: Ipv4Addr, to: SocketAddrV4) -> io::Result<TcpStream> {
    let fd = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&fd, &SocketAddrV4::new(from, 0))?;
    connect(&fd, &to)?;
    let stream = TcpStream::from(fd);
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    Ok(stream)
}

/// One reply, of one line or several.
fn reply(replies: &mut impl BufRead) -> io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if replies.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // Which mechanisms there are is a matter of the machine's SASL library.
        if !line.starts_with("250-AUTH ") {
            text += &format!("S: {}\n", scrubbed(line.trim_end()));
        }
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(text);
        }
    }
}
