//! The table of options.
//!
//! Names, kinds and defaults are facts of sendmail 8.17 (cf/README, "TWEAKING CONFIGURATION OPTIONS"; operations guide
//! section 5.6); the help is ours.

use super::{
    DefaultValue::{InSettings, Text, Unset},
    Emits::{Elsewhere, MilterOption, Nothing, Option, TimeZone},
    Notice, OptionKind, OptionSpec,
};

/// File safety checks that `DontBlameSendmail` can disable.
const BLAME: &[&str] = &[
    "Safe",
    "AssumeSafeChown",
    "ClassFileInUnsafeDirPath",
    "DontWarnForwardFileInUnsafeDirPath",
    "ErrorHeaderInUnsafeDirPath",
    "FileDeliveryToHardLink",
    "FileDeliveryToSymLink",
    "ForwardFileInGroupWritableDirPath",
    "ForwardFileInUnsafeDirPath",
    "ForwardFileInUnsafeDirPathSafe",
    "GroupReadableDefaultAuthInfoFile",
    "GroupReadableKeyFile",
    "GroupReadableSASLDBFile",
    "GroupWritableAliasFile",
    "GroupWritableDirPathSafe",
    "GroupWritableForwardFile",
    "GroupWritableForwardFileSafe",
    "GroupWritableIncludeFile",
    "GroupWritableIncludeFileSafe",
    "GroupWritableSASLDBFile",
    "HelpFileInUnsafeDirPath",
    "IncludeFileInGroupWritableDirPath",
    "IncludeFileInUnsafeDirPath",
    "IncludeFileInUnsafeDirPathSafe",
    "InsufficientEntropy",
    "LinkedAliasFileInWritableDir",
    "LinkedClassFileInWritableDir",
    "LinkedForwardFileInWritableDir",
    "LinkedIncludeFileInWritableDir",
    "LinkedMapInWritableDir",
    "LinkedServiceSwitchFileInWritableDir",
    "MapInUnsafeDirPath",
    "NonRootSafeAddr",
    "RunProgramInUnsafeDirPath",
    "RunWritableProgram",
    "TrustStickyBit",
    "WorldWritableAliasFile",
    "WorldWritableForwardFile",
    "WorldWritableIncludeFile",
    "WriteMapToHardLink",
    "WriteMapToSymLink",
    "WriteStatsToHardLink",
    "WriteStatsToSymLink",
];

/// Words of `ResolverOptions`; `true` is for old files and has no effect.
const RESOLVER: &[&str] = &[
    "debug",
    "AAONLY",
    "USEVC",
    "PRIMARY",
    "IGNTC",
    "RECURSE",
    "DEFNAMES",
    "STAYOPEN",
    "DNSRCH",
    "use_edns0",
    "use_dnssec",
    "HasWildcardMX",
    "WorkAroundBrokenAAAA",
    "true",
];

/// Names in `ServerSSLOptions` and `ClientSSLOptions`, which also accept numbers.
const SSL: &[&str] = &[
    "SSL_OP_ALL",
    "SSL_OP_ALLOW_NO_DHE_KEX",
    "SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION",
    "SSL_OP_CIPHER_SERVER_PREFERENCE",
    "SSL_OP_CISCO_ANYCONNECT",
    "SSL_OP_COOKIE_EXCHANGE",
    "SSL_OP_CRYPTOPRO_TLSEXT_BUG",
    "SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS",
    "SSL_OP_ENABLE_MIDDLEBOX_COMPAT",
    "SSL_OP_EPHEMERAL_RSA",
    "SSL_OP_LEGACY_SERVER_CONNECT",
    "SSL_OP_MICROSOFT_BIG_SSLV3_BUFFER",
    "SSL_OP_MICROSOFT_SESS_ID_BUG",
    "SSL_OP_MSIE_SSLV2_RSA_PADDING",
    "SSL_OP_NETSCAPE_CA_DN_BUG",
    "SSL_OP_NETSCAPE_CHALLENGE_BUG",
    "SSL_OP_NETSCAPE_DEMO_CIPHER_CHANGE_BUG",
    "SSL_OP_NETSCAPE_REUSE_CIPHER_CHANGE_BUG",
    "SSL_OP_NO_ANTI_REPLAY",
    "SSL_OP_NO_COMPRESSION",
    "SSL_OP_NO_ENCRYPT_THEN_MAC",
    "SSL_OP_NO_QUERY_MTU",
    "SSL_OP_NO_RENEGOTIATION",
    "SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION",
    "SSL_OP_NO_SSLv2",
    "SSL_OP_NO_SSLv3",
    "SSL_OP_NO_TICKET",
    "SSL_OP_NO_TLSv1",
    "SSL_OP_NO_TLSv1_1",
    "SSL_OP_NO_TLSv1_2",
    "SSL_OP_NO_TLSv1_3",
    "SSL_OP_PKCS1_CHECK_1",
    "SSL_OP_PKCS1_CHECK_2",
    "SSL_OP_PRIORITIZE_CHACHA",
    "SSL_OP_SINGLE_DH_USE",
    "SSL_OP_SINGLE_ECDH_USE",
    "SSL_OP_SSLEAY_080_CLIENT_DH_BUG",
    "SSL_OP_SSLREF2_REUSE_CERT_TYPE_BUG",
    "SSL_OP_TLSEXT_PADDING",
    "SSL_OP_TLS_BLOCK_PADDING_BUG",
    "SSL_OP_TLS_D5_BUG",
    "SSL_OP_TLS_ROLLBACK_BUG",
];

/// Words of `PrivacyOptions`.
const PRIVACY: &[&str] = &[
    "public",
    "needmailhelo",
    "needexpnhelo",
    "needvrfyhelo",
    "noexpn",
    "novrfy",
    "restrictexpand",
    "restrictmailq",
    "restrictqrun",
    "noetrn",
    "noverb",
    "authwarnings",
    "noreceipts",
    "nobodyreturn",
    "goaway",
    "noactualrecipient",
];

/// The `Received:` header's text: from whom, authenticated how, by whom, over which TLS, for whom, when.
const RECEIVED: &str = "$?sfrom $s $.$?_($?s$|from $.$_)
\t$.$?{auth_type}(authenticated$?{auth_ssf} bits=${auth_ssf}$.)
\t$.by $j ($v/$Z)$?r with $r$. id $i$?{tls_version}
\t(version=${tls_version} cipher=${cipher} bits=${cipher_bits} verify=${verify})$.$?u
\tfor $u; $|;
\t$.$b";

const AUTO_REBUILD: &str = "WARNING: confAUTO_REBUILD is no longer valid.\n\tThere was a potential for a denial of service attack if this is set.\n";
const DEF_GROUP_ID: &str =
    "*** confDEF_GROUP_ID is obsolete.\n    Use confDEF_USER_ID with a colon in the value instead.\n";
const READ_TIMEOUT: &str =
    "*** confREAD_TIMEOUT is obsolete.\n    Use individual confTO_<timeout> parameters instead.\n";
const COMPOUND_BLOCKS: &str =
    "*** compound confMIN_FREE_BLOCKS is obsolete.\n    Use confMAX_MESSAGE_SIZE for the second part of the value.\n";
const DAEMON_OPTIONS: &str =
    "WARNING: confDAEMON_OPTIONS is no longer valid.\n\tUse DAEMON_OPTIONS(); see cf/README.\n";
const CLIENT_OPTIONS: &str = "WARNING: confCLIENT_OPTIONS is no longer valid.  See cf/README for more information.\n";
const UNSAFE_GROUP_WRITES: &str = "WARNING: confUNSAFE_GROUP_WRITES is deprecated; use confDONT_BLAME_SENDMAIL.\n";

/// Writes the table: name, key, what it becomes, kind, whether `ifdef` finds it from the start, default, notice; help.
macro_rules! options {
    (@predefined predefined) => { true };
    (@predefined undefined) => { false };
    (@notice) => { Notice::None };
    (@notice $notice:expr) => { $notice };
    ($($name:literal $key:literal $emits:expr, $kind:expr, $predefined:ident $default:expr $(, $notice:expr)?; $help:literal;)*) => {
        &[$(OptionSpec {
            name: $name,
            key: $key,
            emits: $emits,
            kind: { use OptionKind::*; $kind },
            default: $default,
            predefined: options!(@predefined $predefined),
            notice: options!(@notice $($notice)?),
            help: $help,
        }),*]
    };
}

/// All options, in the order of the reference's output; those without an `O` line are near the related output, or at the end.
pub static OPTIONS: &[OptionSpec] = options! {
    "confDONT_BLAME_SENDMAIL" "dont_blame_sendmail" Option("DontBlameSendmail"), Flags(BLAME), undefined Unset;
        "File safety checks to skip; by default none";
    "confLDAP_DEFAULT_SPEC" "ldap_default_spec" Option("LDAPDefaultSpec"), Text, undefined Unset;
        "Default server, port, bind name and so on for LDAP maps";
    "confLDAP_CLUSTER" "ldap_cluster" Elsewhere, Text, undefined Unset;
        "Name of the LDAP cluster whose entries this host uses, `${sendmailMTACluster}`";
    "confCW_FILE" "cw_file" Elsewhere, Text, predefined InSettings { before: "", name: "local-host-names" };
        "File of this host's further names (class w), read with `use_cw_file`";
    "confDOMAIN_NAME" "domain_name" Elsewhere, Text, undefined Unset;
        "This host's own name, `$j`, if the system does not provide it";
    "confCR_FILE" "cr_file" Elsewhere, Text, predefined InSettings { before: "-o ", name: "relay-domains" };
        "File of hosts, domains and networks that may relay (class R); use RELAY_DOMAIN_FILE instead";
    "confDEQUOTE_OPTS" "dequote_opts" Elsewhere, Text, undefined Unset;
        "Further options of the map that removes quotes from addresses";
    "confMAILER_NAME" "mailer_name" Elsewhere, Text, predefined Text("MAILER-DAEMON");
        "Name that messages from sendmail itself come from, `$n`";
    "confCF_VERSION" "cf_version" Elsewhere, Text, undefined Unset;
        "Text that is appended to the configuration's version, `$Z`";
    "confAUTO_REBUILD" "auto_rebuild" Nothing, Text, undefined Unset, Notice::IfDefined(AUTO_REBUILD);
        "Without effect: aliases are no longer rebuilt automatically";
    "confSEVEN_BIT_INPUT" "seven_bit_input" Option("SevenBitInput"), Boolean, predefined Text("False");
        "Whether the eighth bit of incoming text is cleared";
    "confEIGHT_BIT_HANDLING" "eight_bit_handling" Option("EightBitMode"), LowerInitial(&["mime", "pass8", "strict"]), undefined Unset;
        "How unlabelled 8-bit text is treated: converted to MIME, passed on, or rejected";
    "confALIAS_WAIT" "alias_wait" Option("AliasWait"), Duration, predefined Text("10");
        "How long to wait for an alias file that is being rebuilt, in minutes without a unit";
    "confMIN_FREE_BLOCKS" "min_free_blocks" Option("MinFreeBlocks"), Integer, predefined Text("100"), Notice::IfContains('/', COMPOUND_BLOCKS);
        "Number of free blocks on the queue's file system below which no mail is accepted";
    "confMAX_MESSAGE_SIZE" "max_message_size" Option("MaxMessageSize"), Integer, undefined Unset;
        "Maximum message size in bytes; 0 for no limit";
    "confBLANK_SUB" "blank_sub" Option("BlankSub"), Text, predefined Text(".");
        "Character that replaces blanks in unquoted addresses";
    "confCON_EXPENSIVE" "con_expensive" Option("HoldExpensive"), Boolean, predefined Text("False");
        "Whether mail for mailers marked expensive waits for the next queue run";
    "confCHECKPOINT_INTERVAL" "checkpoint_interval" Option("CheckpointInterval"), Integer, undefined Unset;
        "Number of recipients after which the queue file is updated";
    "confDELIVERY_MODE" "delivery_mode" Option("DeliveryMode"), LowerInitial(&["interactive", "background", "queueonly", "deferred"]), predefined Text("background");
        "When mail is delivered: while the client waits, at once, from the queue, or without DNS from the queue";
    "confERROR_MESSAGE" "error_message" Option("ErrorHeader"), Text, undefined Unset;
        "Text before error messages, or a file with it if it starts with a slash";
    "confERROR_MODE" "error_mode" Option("ErrorMode"), LowerInitial(&["print", "quit", "mail", "write", "emails"]), undefined Unset;
        "How errors are reported to a local sender";
    "confSAVE_FROM_LINES" "save_from_lines" Option("SaveFromLine"), Boolean, undefined Unset;
        "Whether a `From ` line at the start of a message is kept";
    "confQUEUE_FILE_MODE" "queue_file_mode" Option("QueueFileMode"), Mode, undefined Unset;
        "Mode of queue files";
    "confTEMP_FILE_MODE" "temp_file_mode" Option("TempFileMode"), Mode, predefined Text("0600");
        "Mode of other files that sendmail makes";
    "confMATCH_GECOS" "match_gecos" Option("MatchGECOS"), Boolean, undefined Unset;
        "Whether recipients are matched with the full names of local users";
    "confMAX_HOP" "max_hop" Option("MaxHopCount"), Integer, undefined Unset;
        "Number of Received: lines from which mail counts as looping";
    "confIGNORE_DOTS" "ignore_dots" Option("IgnoreDots"), Boolean, undefined Unset;
        "Whether a line with one dot is part of a message from a local program";
    "confBIND_OPTS" "bind_opts" Option("ResolverOptions"), SignedWords(RESOLVER), undefined Unset;
        "Resolver flags with a sign, such as `+AAONLY` and `-DNSRCH`, and `WorkAroundBrokenAAAA`";
    "confMIME_FORMAT_ERRORS" "mime_format_errors" Option("SendMimeErrors"), Boolean, predefined Text("True");
        "Whether bounces are MIME messages";
    "confFORWARD_PATH" "forward_path" Option("ForwardPath"), Text, predefined Text("$z/.forward.$w:$z/.forward");
        "Paths of a user's forward file, separated by colons";
    "confMCI_CACHE_SIZE" "mci_cache_size" Option("ConnectionCacheSize"), Integer, predefined Text("2");
        "Number of connections kept open for more mail to the same host";
    "confMCI_CACHE_TIMEOUT" "mci_cache_timeout" Option("ConnectionCacheTimeout"), Duration, predefined Text("5m");
        "How long an idle connection is kept open";
    "confHOST_STATUS_DIRECTORY" "host_status_directory" Option("HostStatusDirectory"), Path, undefined Unset;
        "Directory for the persistent state of other hosts";
    "confSINGLE_THREAD_DELIVERY" "single_thread_delivery" Option("SingleThreadDelivery"), Boolean, undefined Unset;
        "Whether only one process at a time delivers to a host";
    "confUSE_ERRORS_TO" "use_errors_to" Option("UseErrorsTo"), Boolean, predefined Text("False");
        "Whether bounces are sent to the address in an Errors-To: header";
    "confUSE_COMPRESSED_IPV6_ADDRESSES" "use_compressed_ipv6_addresses" Option("UseCompressedIPv6Addresses"), Boolean, undefined Unset;
        "Whether IPv6 addresses are written, and looked up, with `::`";
    "confLOG_LEVEL" "log_level" Option("LogLevel"), Integer, predefined Text("9");
        "Log level; higher values log more";
    "confME_TOO" "me_too" Option("MeToo"), Boolean, undefined Unset;
        "Whether a sender who is a member of an alias gets a copy";
    "confCHECK_ALIASES" "check_aliases" Option("CheckAliases"), Boolean, predefined Text("False");
        "Whether newaliases checks that the addresses on the right parse";
    "confOLD_STYLE_HEADERS" "old_style_headers" Option("OldStyleHeaders"), Boolean, predefined Text("True");
        "Whether blanks may separate addresses in a header";
    "confDAEMON_OPTIONS" "daemon_options" Nothing, Text, undefined Unset, Notice::IfNotEmpty(DAEMON_OPTIONS);
        "Replaced by DAEMON_OPTIONS()";
    "confCLIENT_OPTIONS" "client_options" Nothing, Text, undefined Unset, Notice::IfNotEmpty(CLIENT_OPTIONS);
        "Replaced by CLIENT_OPTIONS()";
    "confDIRECT_SUBMISSION_MODIFIERS" "direct_submission_modifiers" Option("DirectSubmissionModifiers"), Text, undefined Unset;
        "Daemon modifiers, `${daemon_flags}`, for mail submitted by local programs";
    "confUSE_MSP" "use_msp" Option("UseMSP"), Boolean, undefined Unset;
        "Whether this configuration is that of the mail submission program";
    "confPRIVACY_FLAGS" "privacy_flags" Option("PrivacyOptions"), Flags(PRIVACY), predefined Text("authwarnings");
        "Restrictions on information and commands for clients and local users";
    "confCOPY_ERRORS_TO" "copy_errors_to" Option("PostmasterCopy"), Text, undefined Unset;
        "Address that gets a copy of every bounce's headers";
    "confQUEUE_FACTOR" "queue_factor" Option("QueueFactor"), Integer, undefined Unset;
        "Factor by which rising load causes mail of low priority to be queued only";
    "confMAX_QUEUE_CHILDREN" "max_queue_children" Option("MaxQueueChildren"), Integer, undefined Unset;
        "Number of queue runners at a time, in all";
    "confMAX_RUNNERS_PER_QUEUE" "max_runners_per_queue" Option("MaxRunnersPerQueue"), Integer, undefined Unset;
        "Number of queue runners at a time in one group of queues";
    "confNICE_QUEUE_RUN" "nice_queue_run" Option("NiceQueueRun"), Integer, undefined Unset;
        "Scheduling priority of queue runners, as of nice(3)";
    "confQUEUE_SORT_ORDER" "queue_sort_order" Option("QueueSortOrder"), Initial(&["priority", "host", "filename", "time", "random", "modification", "none"]), undefined Unset;
        "Order in which the queue is worked on";
    "confMIN_QUEUE_AGE" "min_queue_age" Option("MinQueueAge"), Duration, undefined Unset;
        "Minimum time in the queue between delivery attempts";
    "confMAX_QUEUE_AGE" "max_queue_age" Option("MaxQueueAge"), Duration, undefined Unset;
        "Maximum time between delivery attempts; with it, the time doubles after each attempt";
    "confMAX_QUEUE_RUN_SIZE" "max_queue_run_size" Option("MaxQueueRunSize"), Integer, undefined Unset;
        "Maximum number of messages per queue run";
    "confFAST_SPLIT" "fast_split" Option("FastSplit"), Integer, undefined Unset;
        "Whether envelopes are split before MX records are looked up, and by how many processes";
    "confSHARED_MEMORY_KEY" "shared_memory_key" Option("SharedMemoryKey"), Integer, undefined Unset;
        "Key of the shared memory segment; 0 for none, -1 to choose one";
    "confSHARED_MEMORY_KEY_FILE" "shared_memory_key_file" Option("SharedMemoryKeyFile"), Path, undefined Unset;
        "File in which the chosen key is kept";
    "confTO_INITIAL" "to_initial" Option("Timeout.initial"), Duration, undefined Unset;
        "How long to wait for a server's greeting";
    "confTO_CONNECT" "to_connect" Option("Timeout.connect"), Duration, undefined Unset;
        "How long to wait for a connection to open";
    "confTO_ACONNECT" "to_aconnect" Option("Timeout.aconnect"), Duration, undefined Unset;
        "How long to try to connect to all hosts of one delivery together";
    "confTO_ICONNECT" "to_iconnect" Option("Timeout.iconnect"), Duration, undefined Unset;
        "How long to wait for a connection to open on the first try of a message";
    "confTO_HELO" "to_helo" Option("Timeout.helo"), Duration, undefined Unset;
        "How long to wait for the answer to HELO or EHLO";
    "confTO_MAIL" "to_mail" Option("Timeout.mail"), Duration, undefined Unset;
        "How long to wait for the answer to MAIL";
    "confTO_RCPT" "to_rcpt" Option("Timeout.rcpt"), Duration, undefined Unset;
        "How long to wait for the answer to RCPT";
    "confTO_DATAINIT" "to_datainit" Option("Timeout.datainit"), Duration, undefined Unset;
        "How long to wait for the answer to DATA";
    "confTO_DATABLOCK" "to_datablock" Option("Timeout.datablock"), Duration, undefined Unset;
        "How long to wait for the next block of a message";
    "confTO_DATAFINAL" "to_datafinal" Option("Timeout.datafinal"), Duration, undefined Unset;
        "How long to wait for the answer to the dot that ends a message";
    "confTO_RSET" "to_rset" Option("Timeout.rset"), Duration, undefined Unset;
        "How long to wait for the answer to RSET";
    "confTO_QUIT" "to_quit" Option("Timeout.quit"), Duration, undefined Unset;
        "How long to wait for the answer to QUIT";
    "confTO_MISC" "to_misc" Option("Timeout.misc"), Duration, undefined Unset;
        "How long to wait for the answer to any other command";
    "confTO_COMMAND" "to_command" Option("Timeout.command"), Duration, undefined Unset;
        "How long to wait for a client's next command";
    "confTO_IDENT" "to_ident" Option("Timeout.ident"), Duration, undefined Unset;
        "How long to wait for an ident server's answer; 0 not to ask";
    "confTO_FILEOPEN" "to_fileopen" Option("Timeout.fileopen"), Duration, undefined Unset;
        "How long to wait for a forward or include file to open";
    "confTO_CONTROL" "to_control" Option("Timeout.control"), Duration, undefined Unset;
        "How long a dialogue on the control socket may take";
    "confTO_QUEUERETURN" "to_queuereturn" Option("Timeout.queuereturn"), Duration, predefined Text("5d");
        "How long mail is tried before it is returned";
    "confTO_QUEUERETURN_NORMAL" "to_queuereturn_normal" Option("Timeout.queuereturn.normal"), Duration, undefined Unset;
        "How long mail of normal priority is tried before it is returned";
    "confTO_QUEUERETURN_URGENT" "to_queuereturn_urgent" Option("Timeout.queuereturn.urgent"), Duration, undefined Unset;
        "How long urgent mail is tried before it is returned";
    "confTO_QUEUERETURN_NONURGENT" "to_queuereturn_nonurgent" Option("Timeout.queuereturn.non-urgent"), Duration, undefined Unset;
        "How long mail that is not urgent is tried before it is returned";
    "confTO_QUEUERETURN_DSN" "to_queuereturn_dsn" Option("Timeout.queuereturn.dsn"), Duration, undefined Unset;
        "How long bounces are tried before they are given up";
    "confTO_QUEUEWARN" "to_queuewarn" Option("Timeout.queuewarn"), Duration, predefined Text("4h");
        "Time after which the sender is warned about delayed mail";
    "confTO_QUEUEWARN_NORMAL" "to_queuewarn_normal" Option("Timeout.queuewarn.normal"), Duration, undefined Unset;
        "Time after which the sender is warned about delayed mail of normal priority";
    "confTO_QUEUEWARN_URGENT" "to_queuewarn_urgent" Option("Timeout.queuewarn.urgent"), Duration, undefined Unset;
        "Time after which the sender is warned about delayed urgent mail";
    "confTO_QUEUEWARN_NONURGENT" "to_queuewarn_nonurgent" Option("Timeout.queuewarn.non-urgent"), Duration, undefined Unset;
        "Time after which the sender is warned about delayed non-urgent mail";
    "confTO_QUEUEWARN_DSN" "to_queuewarn_dsn" Option("Timeout.queuewarn.dsn"), Duration, undefined Unset;
        "Time after which the sender is warned about delayed bounces";
    "confTO_HOSTSTATUS" "to_hoststatus" Option("Timeout.hoststatus"), Duration, undefined Unset;
        "How long the known state of another host is valid";
    "confTO_RESOLVER_RETRANS" "to_resolver_retrans" Option("Timeout.resolver.retrans"), Duration, undefined Unset;
        "Seconds between repeated DNS queries, for every try";
    "confTO_RESOLVER_RETRANS_FIRST" "to_resolver_retrans_first" Option("Timeout.resolver.retrans.first"), Duration, undefined Unset;
        "Seconds between repeated DNS queries on the first try of a message";
    "confTO_RESOLVER_RETRANS_NORMAL" "to_resolver_retrans_normal" Option("Timeout.resolver.retrans.normal"), Duration, undefined Unset;
        "Seconds between repeated DNS queries on later tries";
    "confTO_RESOLVER_RETRY" "to_resolver_retry" Option("Timeout.resolver.retry"), Integer, undefined Unset;
        "Number of times that a DNS query is repeated, for every try";
    "confTO_RESOLVER_RETRY_FIRST" "to_resolver_retry_first" Option("Timeout.resolver.retry.first"), Integer, undefined Unset;
        "Number of times that a DNS query is repeated on the first try of a message";
    "confTO_RESOLVER_RETRY_NORMAL" "to_resolver_retry_normal" Option("Timeout.resolver.retry.normal"), Integer, undefined Unset;
        "Number of times that a DNS query is repeated on later tries";
    "confTO_LHLO" "to_lhlo" Option("Timeout.lhlo"), Duration, undefined Unset;
        "How long to wait for the answer to LHLO";
    "confTO_AUTH" "to_auth" Option("Timeout.auth"), Duration, undefined Unset;
        "How long to wait for an answer in an AUTH dialogue";
    "confTO_STARTTLS" "to_starttls" Option("Timeout.starttls"), Duration, undefined Unset;
        "How long to wait for the answer to STARTTLS and for the handshake";
    "confDELIVER_BY_MIN" "deliver_by_min" Option("DeliverByMin"), Duration, undefined Unset;
        "Minimum time for Deliver By; negative to turn it off";
    "confDONT_PRUNE_ROUTES" "dont_prune_routes" Option("DontPruneRoutes"), Boolean, undefined Unset;
        "Whether source routes are kept";
    "confSAFE_QUEUE" "safe_queue" Option("SuperSafe"), Word(&["True", "False", "Interactive", "PostMilter", "t", "f", "i", "p", "yes", "no"]), predefined Text("True");
        "When mail is synced to disk before it is acknowledged";
    "confTIME_ZONE" "time_zone" TimeZone, Text, predefined Text("USE_SYSTEM");
        "Time zone: the system's (`USE_SYSTEM`), the environment's (`USE_TZ`), or this one";
    "confDEF_USER_ID" "def_user_id" Option("DefaultUser"), Text, undefined Unset;
        "User, and group after a colon, that programs run as when no other is known";
    "confUSERDB_SPEC" "userdb_spec" Option("UserDatabaseSpec"), Text, undefined Unset;
        "Databases that turn local names into addresses and back";
    "confFALLBACK_MX" "fallback_mx" Option("FallbackMXhost"), Text, undefined Unset;
        "Host to try after all MX hosts of a domain";
    "confFALLBACK_SMARTHOST" "fallback_smarthost" Option("FallbackSmartHost"), Text, undefined Unset;
        "Host to try if a domain does not exist in DNS";
    "confTRY_NULL_MX_LIST" "try_null_mx_list" Option("TryNullMXList"), Boolean, undefined Unset;
        "Whether a domain whose best MX is this host is connected to by its own address";
    "confQUEUE_LA" "queue_la" Option("QueueLA"), Integer, undefined Unset;
        "Load average from which mail is only queued";
    "confREFUSE_LA" "refuse_la" Option("RefuseLA"), Integer, undefined Unset;
        "Load average from which connections are refused";
    "confREJECT_LOG_INTERVAL" "reject_log_interval" Option("RejectLogInterval"), Duration, undefined Unset;
        "Interval for logging that connections are still refused";
    "confDELAY_LA" "delay_la" Option("DelayLA"), Integer, undefined Unset;
        "Load average from which clients are slowed down";
    "confMAX_DAEMON_CHILDREN" "max_daemon_children" Option("MaxDaemonChildren"), Integer, undefined Unset;
        "Number of processes above which connections are refused";
    "confCONNECTION_RATE_THROTTLE" "connection_rate_throttle" Option("ConnectionRateThrottle"), Integer, undefined Unset;
        "Number of connections a second above which they are delayed";
    "confCONNECTION_RATE_WINDOW_SIZE" "connection_rate_window_size" Option("ConnectionRateWindowSize"), Duration, undefined Unset;
        "Time over which a client's connections are counted";
    "confWORK_RECIPIENT_FACTOR" "work_recipient_factor" Option("RecipientFactor"), Integer, undefined Unset;
        "How much each recipient lowers a message's priority";
    "confSEPARATE_PROC" "separate_proc" Option("ForkEachJob"), Boolean, undefined Unset;
        "Whether a queue run delivers each message in its own process";
    "confWORK_CLASS_FACTOR" "work_class_factor" Option("ClassFactor"), Integer, undefined Unset;
        "How much a message's class raises its priority";
    "confWORK_TIME_FACTOR" "work_time_factor" Option("RetryFactor"), Integer, undefined Unset;
        "How much each try lowers a message's priority";
    "confDEF_CHAR_SET" "def_char_set" Option("DefaultCharSet"), Text, undefined Unset;
        "Character set that unlabelled 8-bit text is labelled with";
    "confSERVICE_SWITCH_FILE" "service_switch_file" Option("ServiceSwitchFile"), Path, undefined Unset;
        "Service switch file: where hosts, users and aliases are looked up";
    "confHOSTS_FILE" "hosts_file" Option("HostsFile"), Path, undefined Unset;
        "File of host names";
    "confDIAL_DELAY" "dial_delay" Option("DialDelay"), Duration, undefined Unset;
        "Time after which a failed connection is tried once more, for lines that dial on demand";
    "confNO_RCPT_ACTION" "no_rcpt_action" Option("NoRecipientAction"), Word(&["none", "add-to", "add-apparently-to", "add-bcc", "add-to-undisclosed"]), undefined Unset;
        "How messages without a recipient header are treated";
    "confSAFE_FILE_ENV" "safe_file_env" Option("SafeFileEnvironment"), Path, undefined Unset;
        "Directory that sendmail confines itself to when it delivers to files";
    "confCOLON_OK_IN_ADDR" "colon_ok_in_addr" Option("ColonOkInAddr"), Boolean, undefined Unset;
        "Whether a colon in an address is an ordinary character";
    "confDONT_EXPAND_CNAMES" "dont_expand_cnames" Option("DontExpandCnames"), Boolean, undefined Unset;
        "Whether DNS aliases (CNAME) are kept";
    "confSMTP_LOGIN_MSG" "smtp_login_msg" Option("SmtpGreetingMessage"), Text, predefined Text("$j Sendmail $v/$Z; $b");
        "First line of the greeting to clients";
    "confFROM_LINE" "from_line" Option("UnixFromLine"), Text, predefined Text("From $g $d");
        "The `From ` line of mail delivered to files and programs";
    "confSINGLE_LINE_FROM_HEADER" "single_line_from_header" Option("SingleLineFromHeader"), Boolean, undefined Unset;
        "Whether a From: header of several lines is joined into one";
    "confALLOW_BOGUS_HELO" "allow_bogus_helo" Option("AllowBogusHELO"), Boolean, undefined Unset;
        "Whether HELO without a valid host name is accepted";
    "confMUST_QUOTE_CHARS" "must_quote_chars" Option("MustQuoteChars"), Text, undefined Unset;
        "Characters for which a full name is quoted, besides `@,;:\\()[]`";
    "confOPERATORS" "operators" Option("OperatorChars"), Text, predefined Text(".:%@!^/[]+");
        "Characters that separate the tokens of an address";
    "confDONT_INIT_GROUPS" "dont_init_groups" Option("DontInitGroups"), Boolean, undefined Unset;
        "Whether programs run with the user's first group only";
    "confUNSAFE_GROUP_WRITES" "unsafe_group_writes" Option("UnsafeGroupWrites"), Boolean, undefined Unset, Notice::IfDefined(UNSAFE_GROUP_WRITES);
        "Whether forward and include files that a group may write are distrusted; use confDONT_BLAME_SENDMAIL";
    "confDOUBLE_BOUNCE_ADDRESS" "double_bounce_address" Option("DoubleBounceAddress"), Text, undefined Unset;
        "Address for bounces that cannot be delivered themselves; empty to drop them";
    "confSOFT_BOUNCE" "soft_bounce" Option("SoftBounce"), Boolean, undefined Unset;
        "Whether permanent errors become temporary ones, for testing a configuration";
    "confDEAD_LETTER_DROP" "dead_letter_drop" Option("DeadLetterDrop"), Path, undefined Unset;
        "File for bounces that cannot be delivered to anybody";
    "confRUN_AS_USER" "run_as_user" Option("RunAsUser"), Text, undefined Unset;
        "User that sendmail becomes once it has opened its port";
    "confMAX_RCPTS_PER_MESSAGE" "max_rcpts_per_message" Option("MaxRecipientsPerMessage"), Integer, undefined Unset;
        "Maximum number of recipients per message; further ones are deferred";
    "confBAD_RCPT_THROTTLE" "bad_rcpt_throttle" Option("BadRcptThrottle"), Integer, undefined Unset;
        "Number of rejected recipients after which a client is slowed down";
    "confDONT_PROBE_INTERFACES" "dont_probe_interfaces" Option("DontProbeInterfaces"), Word(&["True", "False", "loopback", "t", "f", "yes", "no"]), undefined Unset;
        "Whether the addresses of this host's interfaces are left out of class w";
    "confRRT_IMPLIES_DSN" "rrt_implies_dsn" Option("RrtImpliesDsn"), Boolean, undefined Unset;
        "Whether a Return-Receipt-To: header asks for a delivery notification";
    "confCONNECT_ONLY_TO" "connect_only_to" Option("ConnectOnlyTo"), Text, undefined Unset;
        "Address that all connections go to instead, for tests";
    "confTRUSTED_USER" "trusted_user" Option("TrustedUser"), Text, undefined Unset;
        "User who owns maps and may start the daemon; not to be confused with confTRUSTED_USERS";
    "confCONTROL_SOCKET_NAME" "control_socket_name" Option("ControlSocketName"), Path, undefined Unset;
        "Control socket of the daemon";
    "confMAX_MIME_HEADER_LENGTH" "max_mime_header_length" Option("MaxMimeHeaderLength"), Text, undefined Unset;
        "Maximum length of MIME headers, and of their parameters after a slash";
    "confMAX_HEADERS_LENGTH" "max_headers_length" Option("MaxHeadersLength"), Integer, undefined Unset;
        "Maximum length of all headers together";
    "confMAX_ALIAS_RECURSION" "max_alias_recursion" Option("MaxAliasRecursion"), Integer, undefined Unset;
        "Maximum nesting depth of aliases";
    "confPID_FILE" "pid_file" Option("PidFile"), Path, undefined Unset;
        "File that holds the daemon's process number";
    "confPROCESS_TITLE_PREFIX" "process_title_prefix" Option("ProcessTitlePrefix"), Text, undefined Unset;
        "Text put before a process's title in listings";
    "confDF_BUFFER_SIZE" "df_buffer_size" Option("DataFileBufferSize"), Integer, undefined Unset;
        "Bytes of a message's body that are kept in memory before a file is made";
    "confXF_BUFFER_SIZE" "xf_buffer_size" Option("XscriptFileBufferSize"), Integer, undefined Unset;
        "Bytes of a transcript that are kept in memory before a file is made";
    "confMAILBOX_DATABASE" "mailbox_database" Option("MailboxDatabase"), ExactWord(&["pw", "ldap"]), undefined Unset;
        "How local mailboxes are looked up";
    "confREQUIRES_DIR_FSYNC" "requires_dir_fsync" Option("RequiresDirfsync"), Boolean, undefined Unset;
        "Whether directories are synchronised to disk after changes in them";
    "confAUTH_MECHANISMS" "auth_mechanisms" Option("AuthMechanisms"), Text, undefined Unset;
        "Authentication mechanisms that are offered and used";
    "confAUTH_REALM" "auth_realm" Option("AuthRealm"), Text, undefined Unset;
        "Realm that is given to the SASL library";
    "confDEF_AUTH_INFO" "def_auth_info" Option("DefaultAuthInfo"), Path, undefined Unset;
        "File of the credentials for outgoing connections; use the authinfo feature instead";
    "confAUTH_OPTIONS" "auth_options" Option("AuthOptions"), Letters("Aacdfmpy"), undefined Unset;
        "Letters that determine when and how authentication is offered";
    "confAUTH_MAX_BITS" "auth_max_bits" Option("AuthMaxBits"), Integer, undefined Unset;
        "Maximum strength of SASL encryption layers";
    "confTLS_SRV_OPTIONS" "tls_srv_options" Option("TLSSrvOptions"), Letters("VC"), undefined Unset;
        "Letters for the server's TLS; `V` not to ask clients for a certificate";
    "confCIPHER_LIST" "cipher_list" Option("CipherList"), Text, undefined Unset;
        "Ciphers that TLS may use, as of ciphers(1)";
    "confSERVER_SSL_OPTIONS" "server_ssl_options" Option("ServerSSLOptions"), SslOptions(SSL), undefined Unset;
        "OpenSSL options of the server's TLS, as of SSL_CTX_set_options(3)";
    "confCLIENT_SSL_OPTIONS" "client_ssl_options" Option("ClientSSLOptions"), SslOptions(SSL), undefined Unset;
        "OpenSSL options of the client's TLS, as of SSL_CTX_set_options(3)";
    "confSSL_ENGINE" "ssl_engine" Option("SSLEngine"), Text, undefined Unset;
        "Name of the OpenSSL engine";
    "confSSL_ENGINE_PATH" "ssl_engine_path" Option("SSLEnginePath"), Path, undefined Unset;
        "Path of the OpenSSL engine's library";
    "confTLS_FALLBACK_TO_CLEAR" "tls_fallback_to_clear" Option("TLSFallbacktoClear"), Boolean, undefined Unset;
        "Whether a connection is retried without TLS after a failed handshake";
    "confINPUT_MAIL_FILTERS" "input_mail_filters" Option("InputMailFilters"), Text, undefined Unset;
        "Names of the milters in use, in order";
    "confMILTER_LOG_LEVEL" "milter_log_level" MilterOption("Milter.LogLevel"), Integer, undefined Unset;
        "Log level for milters";
    "confMILTER_MACROS_CONNECT" "milter_macros_connect" MilterOption("Milter.macros.connect"), Text, predefined Text("j, _, {daemon_name}, {if_name}, {if_addr}");
        "Macros that milters get when a client connects";
    "confMILTER_MACROS_HELO" "milter_macros_helo" MilterOption("Milter.macros.helo"), Text, predefined Text("{tls_version}, {cipher}, {cipher_bits}, {cert_subject}, {cert_issuer}");
        "Macros that milters get with HELO";
    "confMILTER_MACROS_ENVFROM" "milter_macros_envfrom" MilterOption("Milter.macros.envfrom"), Text, predefined Text("i, {auth_type}, {auth_authen}, {auth_ssf}, {auth_author}, {mail_mailer}, {mail_host}, {mail_addr}");
        "Macros that milters get with MAIL";
    "confMILTER_MACROS_ENVRCPT" "milter_macros_envrcpt" MilterOption("Milter.macros.envrcpt"), Text, predefined Text("{rcpt_mailer}, {rcpt_host}, {rcpt_addr}");
        "Macros that milters get with RCPT";
    "confMILTER_MACROS_EOM" "milter_macros_eom" MilterOption("Milter.macros.eom"), Text, predefined Text("{msg_id}");
        "Macros that milters get at the end of a message";
    "confMILTER_MACROS_EOH" "milter_macros_eoh" MilterOption("Milter.macros.eoh"), Text, undefined Unset;
        "Macros that milters get at the end of the headers";
    "confMILTER_MACROS_DATA" "milter_macros_data" MilterOption("Milter.macros.data"), Text, undefined Unset;
        "Macros that milters get with DATA";
    "confCACERT_PATH" "cacert_path" Option("CACertPath"), Path, undefined Unset;
        "Directory of certification authorities' certificates, named by hash";
    "confCACERT" "cacert" Option("CACertFile"), Path, undefined Unset;
        "File of certification authorities' certificates";
    "confSERVER_CERT" "server_cert" Option("ServerCertFile"), Text, undefined Unset;
        "File of this host's server certificate";
    "confSERVER_KEY" "server_key" Option("ServerKeyFile"), Text, undefined Unset;
        "File of the key for that certificate";
    "confCLIENT_CERT" "client_cert" Option("ClientCertFile"), Path, undefined Unset;
        "File of this host's client certificate";
    "confCLIENT_KEY" "client_key" Option("ClientKeyFile"), Path, undefined Unset;
        "File of the key for that certificate";
    "confCRL" "crl" Option("CRLFile"), Path, undefined Unset;
        "File of revoked certificates";
    "confCRL_PATH" "crl_path" Option("CRLPath"), Path, undefined Unset;
        "Directory of revocation lists, named by hash";
    "confDH_PARAMETERS" "dh_parameters" Option("DHParameters"), Text, undefined Unset;
        "Diffie-Hellman parameters: a file, or a number of bits";
    "confRAND_FILE" "rand_file" Option("RandFile"), Text, undefined Unset;
        "Source of random numbers: `file:` or `egd:` and a path";
    "confCERT_FINGERPRINT_ALGORITHM" "cert_fingerprint_algorithm" Option("CertFingerprintAlgorithm"), Text, undefined Unset;
        "Digest for fingerprints of certificates";
    "confDANE" "dane" Option("DANE"), Word(&["True", "False", "always", "t", "f", "yes", "no"]), undefined Unset;
        "Whether certificates are checked against TLSA records";
    "confMAX_NOOP_COMMANDS" "max_noop_commands" Option("MaxNOOPCommands"), Integer, undefined Unset;
        "Number of commands without effect after which a client is slowed down";
    "confHELO_NAME" "helo_name" Option("HeloName"), Text, undefined Unset;
        "Name given with EHLO instead of this host's own";
    "confREJECT_NUL" "reject_nul" Option("RejectNUL"), Boolean, undefined Unset;
        "Whether messages with NUL bytes are rejected";
    "confCT_FILE" "ct_file" Elsewhere, Text, undefined InSettings { before: "", name: "trusted-users" };
        "File of users who may set another sender (class t), read with `use_ct_file`";
    "confTRUSTED_USERS" "trusted_users" Elsewhere, Text, undefined Unset;
        "Users who may set another sender (class t)";
    "confFROM_HEADER" "from_header" Elsewhere, Text, undefined Text("$?x$x <$g>$|$g$.");
        "Text of the From: header where sendmail adds one";
    "confRECEIVED_HEADER" "received_header" Elsewhere, Text, predefined Text(RECEIVED);
        "Text of the Received: header";
    "confMESSAGEID_HEADER" "messageid_header" Elsewhere, Text, undefined Text("<$t.$i@$j>");
        "Text of the Message-Id: header where sendmail adds one";
    "confLOCAL_MAILER" "local_mailer" Elsewhere, Text, undefined Text("local");
        "Mailer for local mail";
    "confSMTP_MAILER" "smtp_mailer" Elsewhere, Text, undefined Text("esmtp");
        "Mailer for mail to other hosts";
    "confRELAY_MAILER" "relay_mailer" Elsewhere, Text, undefined Unset;
        "Mailer for mail to relays; `relay` where MAILER(smtp) is used";
    "confUUCP_MAILER" "uucp_mailer" Elsewhere, Text, undefined Text("uucp-old");
        "Mailer for addresses with `!`";
    "confRELAY_MSG" "relay_msg" Elsewhere, Text, undefined Unset;
        "Reply to clients that may not relay; with TRUST_AUTH_MECH, the default differs";
    "confREJECT_MSG" "reject_msg" Elsewhere, Text, undefined Unset;
        "Reply for REJECT in the access map";
    "confRCPTREJ_MSG" "rcptrej_msg" Elsewhere, Text, undefined Unset;
        "Reply for recipients with REJECT in the access map";
    "confEBINDIR" "ebindir" Elsewhere, Path, undefined Unset;
        "Directory of sendmail's own programs";
    "confDEF_GROUP_ID" "def_group_id" Nothing, Text, undefined Unset, Notice::IfDefined(DEF_GROUP_ID);
        "Obsolete: write the group after a colon in confDEF_USER_ID";
    "confREAD_TIMEOUT" "read_timeout" Nothing, Text, undefined Unset, Notice::IfDefined(READ_TIMEOUT);
        "Obsolete: use the separate option of each timeout";
    "confMESSAGE_TIMEOUT" "message_timeout" Nothing, Text, undefined Unset;
        "Old form of confTO_QUEUERETURN and, after a slash, confTO_QUEUEWARN";
};
