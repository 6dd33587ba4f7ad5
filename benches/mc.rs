//! Time to execute a `.mc` without any dialect: the m4 language alone.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use relaycc::{
    source::{NoFiles, Sources},
    syntax::mc::{Machine, NoDialect},
};

/// A typical site of about 10 kB.
fn site() -> String {
    let part = "\
dnl # The options below are those that most sites change. Don't edit sendmail.cf itself.
dnl #
define(`confMAX_MESSAGE_SIZE', `20000000')dnl
define(`confPRIVACY_FLAGS', `authwarnings,novrfy,noexpn,restrictqrun')dnl
define(`SMART_HOST', `smtp.your.provider')dnl
ifdef(`SMART_HOST', `define(`confTO_IDENT', `0')', `define(`confTO_IDENT', `5s')')dnl
FEATURE(`mailertable', `hash -o /etc/mail/mailertable.db')dnl
FEATURE(`use_cw_file')dnl
DAEMON_OPTIONS(`Port=smtp,Addr=127.0.0.1, Name=MTA')dnl
EXPOSED_USER(`root')dnl
define(`BASE', `/etc/mail/')dnl
MASQUERADE_DOMAIN(BASE`'names eval(1 + 2) example.com)dnl
LOCAL_CONFIG
Kstorage macro
R$* < @ $+ >\t$: $1 < @ $2 > $| comment (in parentheses), and more
";
    part.repeat(12)
}

fn execute(criterion: &mut Criterion) {
    let text = site();
    let mut group = criterion.benchmark_group("mc");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("execute", |bencher| {
        bencher.iter(|| {
            let mut sources = Sources::default();
            let id = sources.add("site.mc", text.as_str());
            let mut m4 = Machine::new(&mut sources, &NoFiles, id);
            m4.disable_comments();
            let done = m4.run(&mut NoDialect, id);
            assert!(done.is_ok());
            m4.take_diversion(0)
        });
    });
    group.finish();
}

criterion_group!(benches, execute);
criterion_main!(benches);
