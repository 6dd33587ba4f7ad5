//! `--dns`: answers of name servers have the same effect as the same zone in a file, and recorded answers repeat it.
//!
//! The name server is part of this test, on the loopback interface. `cargo test --test reference dns` uses a real one, compared
//! with sendmail.

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{Read, Write},
        net::{SocketAddr, TcpListener, UdpSocket},
        path::Path,
        process::{Command, Output},
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
    };

    use relaycc::{
        rewrite::{Answer, RecordType, Resolver, ZoneResolver},
        source::Sources,
        syntax::zone::{self, Data},
    };
    use simple_dns::{
        CLASS, Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord,
        rdata::{CNAME, MX, NS, PTR, RData, TXT},
    };

    /// Behaviour of a server.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Manner {
        Answers,
        /// Its datagrams are too small for any answer.
        Short,
        Refuses,
        /// It sends replies to other questions before the right one.
        Confused,
        Silent,
    }

    /// A name server with the zone of the example.
    struct Server {
        address: SocketAddr,
        questions: Arc<AtomicUsize>,
    }

    impl Server {
        fn start(manner: Manner) -> Self {
            let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
            let address = udp.local_addr().unwrap();
            let tcp = TcpListener::bind(address).unwrap();
            let questions = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&questions);
            // Both end with the process.
            thread::spawn(move || {
                let zone = zone();
                let mut bytes = [0; 1500];
                while let Ok((length, client)) = udp.recv_from(&mut bytes) {
                    counted.fetch_add(1, Ordering::Relaxed);
                    for reply in replies(&bytes[..length], manner, &zone) {
                        udp.send_to(&reply, client).unwrap();
                    }
                }
            });
            thread::spawn(move || {
                let zone = zone();
                while let Ok((mut stream, _)) = tcp.accept() {
                    let mut length = [0; 2];
                    stream.read_exact(&mut length).unwrap();
                    let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                    stream.read_exact(&mut query).unwrap();
                    for reply in replies(&query, Manner::Answers, &zone) {
                        let length = u16::try_from(reply.len()).unwrap().to_be_bytes();
                        stream.write_all(&[&length[..], &reply].concat()).unwrap();
                    }
                }
            });
            Self { address, questions }
        }

        fn questions(&self) -> usize {
            self.questions.load(Ordering::Relaxed)
        }
    }

    fn arkum(name: &str) -> String {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/arkum").join(name)).unwrap()
    }

    fn zone() -> ZoneResolver {
        let text = arkum("root.zone");
        let (zones, problems) = zone::parse(&text, Sources::default().add("root.zone", text.as_str()), "");
        assert_eq!(problems, []);
        ZoneResolver::new(zones, Vec::new())
    }

    fn name(text: &str) -> Name<'static> {
        Name::new(text).unwrap().into_owned()
    }

    fn replies(query: &[u8], manner: Manner, zone: &ZoneResolver) -> Vec<Vec<u8>> {
        let query = Packet::parse(query).unwrap();
        assert!(query.has_flags(PacketFlag::RECURSION_DESIRED));
        let mut reply = query.clone().into_reply();
        reply.set_flags(PacketFlag::RESPONSE | PacketFlag::AUTHORITATIVE_ANSWER);
        match manner {
            Manner::Silent => return Vec::new(),
            Manner::Refuses => *reply.rcode_mut() = RCODE::Refused,
            Manner::Short => reply.set_flags(PacketFlag::TRUNCATION),
            Manner::Answers | Manner::Confused => answer(&mut reply, zone),
        }
        let right = reply.build_bytes_vec_compressed().unwrap();
        if manner != Manner::Confused {
            return vec![right];
        }
        let mut other = reply.clone();
        other.set_id(reply.id().wrapping_add(1));
        let mut another = reply;
        another.questions[0].qname = name("another.example");
        another.answers.clear();
        vec![b"nonsense".to_vec(), other.build_bytes_vec().unwrap(), another.build_bytes_vec().unwrap(), right]
    }

    fn answer(reply: &mut Packet<'_>, zone: &ZoneResolver) {
        let question = reply.questions[0].clone();
        let QTYPE::TYPE(kind) = question.qtype else { panic!("{question:?}") };
        let kind = RecordType::named(&format!("{kind:?}")).unwrap();
        let mut owner = question.qname.clone().into_owned();
        match zone.query(&owner.to_string(), kind) {
            Answer::NoName => *reply.rcode_mut() = RCODE::NameError,
            Answer::NoData => {}
            Answer::TryAgain => *reply.rcode_mut() = RCODE::ServerFailure,
            Answer::Records(records) => {
                for record in records {
                    let mut next = owner.clone();
                    let data = match record {
                        Data::A(address) => RData::A(address.into()),
                        Data::Aaaa(address) => RData::AAAA(address.into()),
                        Data::Mx { preference, host } => RData::MX(MX { preference, exchange: name(&host.value) }),
                        Data::Cname(target) => {
                            next = name(&target.value);
                            RData::CNAME(CNAME(next.clone()))
                        }
                        Data::Ns(host) => RData::NS(NS(name(&host.value))),
                        Data::Ptr(host) => RData::PTR(PTR(name(&host.value))),
                        Data::Txt(texts) => {
                            let mut all = TXT::new();
                            for text in &texts {
                                all.add_char_string(
                                    simple_dns::CharacterString::new(text.as_bytes()).unwrap().into_owned(),
                                );
                            }
                            RData::TXT(all)
                        }
                        other => panic!("{other:?}"),
                    };
                    reply.answers.push(ResourceRecord::new(owner, CLASS::IN, 60, data));
                    owner = next;
                }
            }
        }
    }

    /// A directory with the example.
    struct Place(tempfile::TempDir);

    impl Place {
        fn new() -> Self {
            let place = Self(tempfile::tempdir().unwrap());
            for name in ["site.toml", "site.test.toml", "root.zone"] {
                place.write(name, &arkum(name));
            }
            place
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.0.path().join(name), text).unwrap();
        }

        fn read(&self, name: &str) -> String {
            fs::read_to_string(self.0.path().join(name)).unwrap()
        }

        fn run(&self, words: &str) -> (Option<i32>, String, String) {
            let mut command = Command::new(env!("CARGO_BIN_EXE_relaycc"));
            command.current_dir(self.0.path()).args(words.split_whitespace());
            let Output { status, stdout, stderr } = command.output().unwrap();
            (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
        }
    }

    const EXPLAIN: &str = "explain site.toml --client 198.51.100.7 --from x@vanished.test --to joe@arkum.ch";
    const TRACE: &str =
        "trace site.toml --host ux-mail1.arkum.ch 3,0 joe@ARKUM.ch ann@Example.NET bob@nowhere.test bob@[192.0.2.7]";
    const TEST: &str = "test site.toml --cases site.test.toml";

    #[test]
    fn name_servers_decide_as_their_zone_does_and_so_does_what_they_said() {
        for manner in [Manner::Answers, Manner::Short, Manner::Confused] {
            let (place, server) = (Place::new(), Server::start(manner));
            for (number, words) in [EXPLAIN, TRACE, TEST].into_iter().enumerate() {
                let given = place.run(&format!("{words} --zone root.zone"));
                let record = format!("record{number}.zone");
                let live = place.run(&format!("{words} --dns --dns-server {} --dns-record {record}", server.address));
                assert_eq!(live, given, "{words}");
                let asked = server.questions();
                assert!(asked > 0);
                assert_eq!(place.run(&format!("{words} --zone {record}")), given, "{}", place.read(&record));
                // No queries remain, so the same recording is written again.
                let before = place.read(&record);
                let words =
                    format!("{words} --zone {record} --dns --dns-server {} --dns-record {record}", server.address);
                assert_eq!(place.run(&words), given);
                assert_eq!((server.questions(), place.read(&record)), (asked, before));
            }
        }
    }

    #[test]
    fn lint_asks_where_the_mail_of_local_domains_goes() {
        let (place, server) = (Place::new(), Server::start(Manner::Answers));
        place.write(
            "site.mc",
            "OSTYPE(`linux')\ndefine(`confDOMAIN_NAME', `ux-mail1.arkum.ch')\nLOCAL_DOMAIN(`example.net')\n\
             LOCAL_DOMAIN(`unknown.test')\nFEATURE(`use_cw_file')\nMAILER(`local')\nMAILER(`smtp')\n",
        );
        place.write("local-host-names", "example.org\narkum.com\n");
        let (status, _, said) = place.run("lint site.mc --format short");
        assert_eq!((status, said.as_str()), (Some(0), ""));
        let (status, _, said) =
            place.run(&format!("lint site.mc --format short --dns --dns-server {}", server.address));
        assert_eq!(status, Some(0));
        for domain in ["example.net", "arkum.com"] {
            assert!(said.contains(&format!("{domain} is local here")), "{said}");
        }
        assert!(server.questions() > 0 && !said.contains("unknown.test"), "{said}");
        // Without an answer there is no finding, but a word on that.
        let silent = Server::start(Manner::Silent);
        let (_, _, said) = place.run(&format!("lint site.mc --format short --dns --dns-server {}", silent.address));
        assert!(said.contains("names_not_answered"), "{said}");
    }

    #[test]
    fn what_was_not_asked_is_not_known() {
        let (place, server) = (Place::new(), Server::start(Manner::Answers));
        place.run(&format!("{EXPLAIN} --dns --dns-server {} --dns-record record", server.address));
        let other = EXPLAIN.replace("vanished.test", "another.test");
        let (status, said, remarks) = place.run(&format!("{other} --zone record --format short"));
        assert_eq!(status, Some(0));
        assert!(said.contains("451 4.1.8"), "{said}");
        assert!(remarks.contains("advice[names_not_looked_up]"), "{remarks}");
    }

    #[test]
    fn zones_that_are_given_win() {
        let (place, server) = (Place::new(), Server::start(Manner::Answers));
        place.write(
            "vanished.test.zone",
            "@ SOA ns.example. a.example. 1 1 1 1 1\n@ A 192.0.2.99\nwww CNAME mail.example.net.\n",
        );
        let words = format!("{EXPLAIN} --zone vanished.test.zone --dns --dns-server {}", server.address);
        assert!(place.run(&words).1.contains("delivery"));
        let alias = words.replace("x@vanished.test", "x@www.vanished.test");
        assert_eq!(place.run(&alias).0, Some(0));
        assert!(server.questions() > 0, "an alias leads out of the zone");
    }

    #[test]
    fn a_server_that_refuses_is_passed_over() {
        let (place, server, refusing) = (Place::new(), Server::start(Manner::Answers), Server::start(Manner::Refuses));
        let words = format!("{TRACE} --dns --dns-server {} --dns-server {}", refusing.address, server.address);
        assert_eq!(place.run(&words), place.run(&format!("{TRACE} --zone root.zone")));
        assert_eq!(refusing.questions(), server.questions());
    }

    #[test]
    fn servers_that_do_not_answer_are_waited_for_as_the_configuration_says() {
        let (place, server) = (Place::new(), Server::start(Manner::Silent));
        let site = place.read("site.toml");
        let timed = site.replace("[conf]\n", "[conf]\nto_resolver_retrans = \"1s\"\nto_resolver_retry = 2\n");
        assert_ne!(timed, site);
        place.write("site.toml", &timed);
        place.write("arkum.ch.zone", &arkum("arkum.ch.zone"));
        let (status, said, remarks) = place.run(&format!(
            "{EXPLAIN} --zone arkum.ch.zone --dns --dns-server {} --dns-record record --format short --deny warnings",
            server.address
        ));
        assert_eq!(status, Some(1));
        assert!(said.contains("451 4.1.8"), "{said}");
        assert!(remarks.contains("warning[names_not_answered]") && remarks.contains("`vanished.test`"), "{remarks}");
        assert!(place.read("record").contains("; asked vanished.test A no answer\n"), "{}", place.read("record"));
        // Twice for each name and type, and not again for an answer that would be the same.
        let names = place.read("record").matches("no answer").count();
        assert_eq!(server.questions(), names * 2);
        // Recorded answers need no waiting.
        assert_eq!(place.run(&format!("{EXPLAIN} --zone arkum.ch.zone --zone record")), (Some(0), said, String::new()));
    }

    #[test]
    fn arguments_that_make_no_sense_are_refused() {
        let place = Place::new();
        for words in ["--dns-server 127.0.0.1", "--dns-record x", "--dns --dns-server ns.example.com"] {
            assert_eq!(place.run(&format!("{EXPLAIN} {words}")).0, Some(2), "{words}");
        }
        let server = Server::start(Manner::Answers);
        let words = format!("{EXPLAIN} --dns --dns-server {} --dns-record not/there", server.address);
        let (status, _, remarks) = place.run(&words);
        assert_eq!(status, Some(2));
        assert!(remarks.contains("unwritable_output"), "{remarks}");
    }
}
