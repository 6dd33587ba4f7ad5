//! Questions to sendmail's own look-ups: `/map` of `sendmail -bt`.

use std::{fs, io::Write, path::Path};

use relaycc::map::Format;

use super::tools::{path_of, run};

/// A key that is asked for.
pub struct Question<'a> {
    /// Name of the map.
    pub map: &'a str,
    pub key: Vec<u8>,
    /// What is to be found.
    pub value: Option<&'a [u8]>,
}

/// sendmail cuts the keys it looks for off at so many bytes.
const MAX_KEY: usize = 256;

/// Whether a key can be written on a line after `/map NAME`, and its value be told from the answer.
pub fn can_be_asked(key: &[u8], value: &[u8]) -> bool {
    let blank = |byte: Option<&u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace() || *byte == 11);
    let fits = !key.is_empty() && key.len() <= MAX_KEY && !key.contains(&0) && !key.contains(&b'\n');
    let plain = !(value.contains(&b'%') && value.contains(&0));
    fits && plain && !blank(key.first()) && !blank(key.last())
}

/// Has `sendmail -bt` look each key up, all in one run. Returns `false` where that cannot be done, and says so.
pub fn ask(folder: &Path, format: Format, maps: &[String], questions: &[Question<'_>]) -> bool {
    let mut cf = "V10/Berkeley\nDwrelay\nDmexample.com\nDjrelay.example.com\n".to_owned();
    // A checkout may be anywhere, below /tmp too: sendmail would warn of the directory instead of answering.
    cf += "O DontBlameSendmail=MapInUnsafeDirPath,GroupWritableDirPathSafe,TrustStickyBit\n";
    cf += "Mlocal, P=/bin/false, F=lsDFMAw5:/|@q, A=false\nMprog, P=/bin/sh, F=lsDFMoqeu9, A=sh\n";
    for map in maps {
        cf += &format!("K{map} {format} -f {}/{map}\n", folder.display());
    }
    fs::write(folder.join("test.cf"), cf).unwrap();
    let (mut input, mut expected) = (Vec::new(), Vec::new());
    for Question { map, key, value } in questions {
        input.extend([b"/map ", map.as_bytes(), b" ", key, b"\n"].concat());
        let answer = match value {
            Some(value) => [b" returns ", expanded(value, key).as_slice(), b" (0)\n"].concat(),
            None => b" no match (0)\n".to_vec(),
        };
        expected.push([b"> map_lookup: ", map.as_bytes(), b" (", key, b")", &answer].concat());
    }
    // Without a qualified host name, sendmail waits a minute for one.
    let script = "hostname relay.example.com && exec \"$0\" -C test.cf -bt";
    let sendmail = path_of("sendmail").unwrap();
    let output = run("unshare", &["-u", "sh", "-c", script, sendmail.to_str().unwrap()], folder, &input);
    if !output.status.success() && String::from_utf8_lossy(&output.stderr).starts_with("unshare") {
        let required = std::env::var_os("RELAYCC_REQUIRE_REFERENCE").is_some();
        assert!(!required, "the reference is required, but there is no private host name to be had");
        writeln!(std::io::stderr(), "skipped: sendmail's look-ups: no private host name to be had").unwrap();
        return false;
    }
    // After two lines of greeting.
    let answers = output.stdout.splitn(3, |byte| *byte == b'\n').nth(2).unwrap_or_default();
    let mut rest = answers;
    for answer in &expected {
        rest = rest.strip_prefix(answer.as_slice()).unwrap_or_else(|| {
            let same = rest.iter().zip(answer).take_while(|(found, answer)| found == answer).count();
            let [found, wanted] = [rest, answer].map(|text| text[same..].escape_ascii().take(200).collect::<Vec<_>>());
            let [found, wanted] = [found, wanted].map(|text| String::from_utf8(text).unwrap());
            panic!("sendmail says {found:?}, not {wanted:?}, after {}", answer[..same].escape_ascii())
        });
    }
    assert_eq!(rest, b"> ");
    true
}

/// What a look-up of `key` makes of a value: `%0` becomes the key, other numbers stand for arguments, of which there are
/// none, and a zero ends it.
fn expanded(value: &[u8], key: &[u8]) -> Vec<u8> {
    let (mut result, mut rest) = (Vec::new(), value);
    loop {
        rest = match rest {
            [] | [0, ..] => return result,
            [b'%', b'0', rest @ ..] => {
                result.extend_from_slice(key);
                rest
            }
            [b'%', b'1'..=b'9', rest @ ..] => rest,
            [b'%', b'%', rest @ ..] => {
                result.push(b'%');
                rest
            }
            [byte, rest @ ..] => {
                result.push(*byte);
                rest
            }
        };
    }
}
