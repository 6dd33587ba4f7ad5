//! The `.mc` machine against GNU m4: the same program gives the same output and the same messages.
//!
//! Skipped where no GNU m4 is installed, unless `RELAYCC_REQUIRE_REFERENCE=1`.

#[cfg(test)]
mod beside_m4 {
    use std::{env, fs, path::Path, process::Command};

    use proptest::{prelude::*, test_runner::TestRunner};
    use relaycc::{
        source::{FileSystem, Sources},
        syntax::mc::{Limits, Machine, NoDialect, load},
    };

    const MAIN: &str = "prog.m4";

    /// What a run writes.
    #[derive(Debug, PartialEq, Eq)]
    struct Written {
        output: String,
        messages: String,
    }

    /// Files in a directory, by names relative to it.
    struct Directory<'a>(&'a Path);

    impl FileSystem for Directory<'_> {
        fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
            fs::read(self.0.join(path))
        }
    }

    /// What the machine writes; `None` if it refuses the program on its own account.
    fn ours(program: &str, directory: &Path) -> Option<Written> {
        // A program may include itself.
        fs::write(directory.join(MAIN), program).unwrap();
        let mut sources = Sources::default();
        let (id, _) = load(&mut sources, MAIN, program.as_bytes());
        let files = Directory(directory);
        let mut m4 = Machine::new(&mut sources, &files, id);
        m4.set_limits(Limits { calls: 3_000, bytes: 1 << 18, depth: 200 });
        let stopped = m4.run(&mut NoDialect, id).is_err();
        let refused = ["mc_refused_macro", "mc_delimiters", "mc_format", "mc_undivert_file", "mc_cut_character"];
        let limits = ["mc_endless", "mc_too_deep", "mc_too_much_text", "mc_include_loop"];
        if m4.diagnostics().iter().any(|d| refused.contains(&d.code) || limits.contains(&d.code)) {
            return None;
        }
        let messages = m4.diagnostics().iter().filter_map(|d| d.reference.as_deref()).collect();
        let output = m4.diversions().iter().filter(|(n, _)| **n == 0 || !stopped).map(|(_, t)| t.as_str()).collect();
        Some(Written { output, messages })
    }

    fn reference(program: &str, directory: &Path) -> Written {
        fs::write(directory.join(MAIN), program).unwrap();
        let ran = Command::new("m4").arg(MAIN).current_dir(directory).env("LC_ALL", "C").output().unwrap();
        Written {
            output: String::from_utf8_lossy(&ran.stdout).into_owned(),
            messages: String::from_utf8_lossy(&ran.stderr).into_owned(),
        }
    }

    /// A directory with files to include, if there is an m4 to compare with.
    fn directory() -> Option<tempfile::TempDir> {
        let is_gnu =
            Command::new("m4").arg("--version").output().is_ok_and(|ran| ran.stdout.starts_with(b"m4 (GNU M4)"));
        if !is_gnu {
            let required = env::var("RELAYCC_REQUIRE_REFERENCE").is_ok_and(|value| value == "1");
            assert!(!required, "GNU m4 is not installed");
            eprintln!("skipped: GNU m4 is not installed");
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("inc"), "included a `b'\ndefine(`fromfile', `$1')dnl\n").unwrap();
        fs::write(directory.path().join("half"), "define(`a',\n`half").unwrap();
        fs::write(directory.path().join("word"), "defi").unwrap();
        Some(directory)
    }

    fn compare(program: &str, directory: &Path) {
        let ours = ours(program, directory).unwrap_or_else(|| panic!("refused: {program}"));
        assert_eq!(ours, reference(program, directory), "program:\n{program}");
    }

    /// One per line; `\n` and `\t` stand for newline and tab.
    const TRICKY: &str = r#"
define(`x',`a # b')x y # z\nq
# abc
a dnl
a dnl\nb
define(`f',`$10 $1 $01')f(a,b,c,d,e,g,h,i,j,k)
define(`f',defn(`len'))f(abc)f
define(`f',x`'defn(`len'))f(abc)f
define(`f',defn(`len')x)f(abc)f
defn(`len',`dnl')
define(defn(`len'),x)
define(`f',defn(`len',`eval'))f(abc)f
define(`a',`x`')a\nb'c
eval(1/0)\neval(\n1/0,\n3)eval(`1 +')eval(`(1')eval(`1 2')eval(`a')eval(`1=1')eval(`2**-1')eval(`1%0')eval(1,37)eval(1,x)eval(1,2,-3)eval(`1&&&2')
divert(`a')divert(` 1')x\ndivert(1 )divert(99999999999)divert(-99999999999)y\n
undivert(0)undivert(-1)divert(1)a\ndivert(2)b\nundivert(1)undivert(2)divert(0)undivert(2,1)
`abc
len(`abc'\n,\n`
len(a,\n b(\nc
define(`a',`len(')\n\na\nb
include(`nofile')sinclude(`nofile')x
changequote([)[a'`x'changequote([,)[b'changequote
changequote(,|)`a' __file__
changequote()__file__() __file__
format(`%d%s%d',`',`')|format(`%d%d%s')
define(`f',`$@')changequote()f(1,2) shift(1,2,3)
define(`f',`$@')changequote(,])f(1,2)
define(`f',`$@')changequote(,)f(1,2)
define(`f',`$@')define(`g',`changequote[$@]')changequote(,])g(1,2)
changequote()`a' define(a,b)a\n
changequote(x
changequote(<,>)<a>changequote<b>`c'
changequote(<,<)<a<define(<a<,<b<)a<a<
define(a,b)changecom()#a\nchangecom(#)#a\nchangecom(@,;)@a;a#a\nchangecom #a\nchangecom(,x)#a
errprint(`a',b) errprint(`x\n')
errprint(`a\n',errprint(`b\n'))
index(abc) index(abc,`') index(`abc',`c') substr(abc,-1) substr(abc,1) substr(abc,1,-1) substr(abc,5) substr(abc,1,99) substr(abc,x) substr(abc, ) substr(`abc',`1',` 2') substr(abc,1,) substr(abc)
translit(abc,a-c,A-C) translit(abc,c-a,A-C) translit(abc,b) translit(`a-c',`-a',`x') translit(abc,abc,x) translit(abc,aab,xyz) translit(`abc',`a-',`-b') translit(abc, , ) translit(abc)
undefine(`nosuch')popdef(`nosuch')defn(`nosuch')ifdef(`nosuch',y)pushdef(`a',1)pushdef(`a',2)define(`a',3)a popdef(`a')a popdef(`a')a pushdef(`a',1)pushdef(`a',2)undefine(`a')a
shift shift()x shift(a)x shift(a,b)x shift(a,`b,c',d)
format(`%d %s %5d|%-5d|%05d|%x',1,a,2,3,4,255) format() format(`%d') format(`%s',a,b)format(`%d',1)
ifelse(a,b) ifelse(a,b,c,d,e) ifelse(a,a,c) ifelse(a,b,c,d,e,f) ifelse(a,b,c,d,d,f,g,h) ifelse() ifelse(a) ifelse(,,x,y)
builtin(`len',abc) builtin(`nolen') indir(`len',abcd) indir(`none') define(`a b',`$0:$1') indir(`a b',x) builtin(`builtin',`len',`abcde') indir(defn(`len'),x) builtin(`define',1,2,3) indir(`define',1,2,3)
define(`d',defn(`define'))d(1,2,3)d()d
define(`e',`eval($*)')\ne(1/0,\n\n2)\ne(1/0,\n\n2) eval(1/0)\n
incr(2147483647)incr(x)decr(` 2')incr(99999999999)incr(-2147483649)decr(-2147483648)incr(99999999999999999999)incr(+3)incr(-)incr(`- 3')
define(`x', `a` ,b'')x ifelse(`a', `a', `1 , 2' )|\nlen( a b )|len((a,b))|len(`)')
popdef(`define')define(`a',1)define\n
undefine(`len')len(abc)builtin(`len',abc)pushdef(`eval',`E')eval(1) popdef(`eval')eval(1)
define(`foo', `$@|$*|$#|$-|$')foo foo() foo(1,`2,3') foo(`foo(a,b)')
define(`foo',`$1${1}$$1')foo(x)
dnl(a,\nb)c\nd\n
dnl() a `b\nc'
ifdef(`len') ifdef(`len',a) ifdef(`lenx',a) ifdef(`lenx',a,b,c)\nifdef
define(define(`a',`b'),`x')a
defn(`foo')define(`foo',``a'')define(`bar',defn(`foo'))bar defn(`foo',`bar')
format(`%s',de)fine(`a',1)a
define(`de',`defi')de`'ne(x,y) define(`q',``a'')q`'b q
define(`open',``')define(`x',1)open x'
define(`c',`# ')c x\nx define(`x',y)c x`\ny'\n
define(`a',`b')define(`b',`c')a `a' ``a'' a(x)(y)
define(`p',`(')len p`'x) define(`q',`len(')q`'abc)
len((a) len(())
len(a)) len(
define(`e',`')e e()e(a,b)e`'e len(e,e)
len(# a ,)\n)
len(`# a' # ,)\n,x)
define(`loop',`ifelse($1,0,,`$1 loop(decr($1))')')loop(5)
define(`rev',`ifelse($#,0,,$#,1,``$1'',`rev(shift($@)),`$1'')')rev(a,b,c,`d,e')
define(`dq',defn(`dnl'))dq gone\nkept
define(`x',`dnl')x gone `\nkept
define(`dnl',`D')dnl don't `x' \n
undefine(`dnl')dnl don't `x' \n
pushdef(`dnl',`')dnl `a'popdef(`dnl')dnl `a\n'
a`'dnl b\n`'c
include(`inc')fromfile(x) a
include(`half')')a
include(`half')'
len(include(`inc'))
include(`word')ne(`a',1)a define(`z',`include(`word')')z`'ne(`b',2)b
include(`inc',x) include() sinclude() include(`.') include(`inc/x') sinclude(`.')
include(`inc')__line__ __file__\n__line__ define(`l',`__line__')\nl(\n\n)__line__ l\n
__file__ __line__(x) __file__()\n__unix__|__gnu__|__program__|__gnu__(a,b)
define(`a',\n  `b'  \n ,  `c')a|
define( `a' , `b')a|indir(`a ')
define(`')define()define(`',x)indir(`')
define(`a')a|define(`b',)b|
divert(-1)a divnum divert(1)b divnum\ndivert c divnum divert()d divnum\n
divert(2)two\ndivert(1)one\ndivert(-1)undivert(2)divert\nundivert
divert(1)x`'undivert(1)y divert(0)z undivert()undivert(`')
divert (1) define (a,b)
eval(`1||1/0')eval(`0&&1/0+2')eval(`1||(1/0)')eval(`0 ** 0')eval(`-2147483648/-1')eval(`-2147483648%-1')eval(`1>>>2')eval(`1<<=2')eval(`2!=2')eval(`!2!=2')
eval(`0x')eval(`0b2')eval(`0r1:0111')eval(`0r1:12')eval(`0r37:1')eval(`0r:1')eval(`08')eval(`0xFg')eval(`99999999999')
eval(5,1)eval(-3,1,6)eval(-255,16,5)eval(0,1)eval(0,2,0)eval(10,)eval(10,,)eval()eval(` ')eval(`1',` 2')eval(7,36,-0)
a(b)A(b)_x(1)3define(`a',1) 3a a3 _a
define(`é',1)é ÿa define(`a',2)ÿa
pushdef(`a',1)define(`a',2)popdef(`a',`a')a ifdef(`a',y,n)
define(`f',``$0'($#)')f f() f(,) f( , )
define(`f',`[$1]')f( a )f(`` a '')f( `a' b )f((,))f(`(')f(a(b,c)d)
define(`a',`$#:$*:$@')a(1,2) define(`b',`a($*)')b(`1,2') define(`b',`a($@)')b(`1,2') define(`b',`a(`$*')')b(1,2)
changequote([,])define([f],[$@])f(a,b)[[x]]changequote defn([f])
changecom(;)a ; define(`x',1)\nx
`a''b' `'' ''
ifelse(`a',`a',`dnl')gone\nstill
define(`x',`y
"#;

    #[test]
    fn tricky_programs_do_what_they_do_in_m4() {
        let Some(directory) = directory() else { return };
        let mut count = 0;
        for program in TRICKY.lines().filter(|line| !line.is_empty()) {
            let program = program.replace("\\n", "\n").replace("\\t", "\t");
            for program in [program.clone(), format!("{program}\n")] {
                compare(&program, directory.path());
                count += 1;
            }
        }
        assert!(count > 150);
    }

    /// Programs made of what the language consists of. Few names, so that they meet.
    fn programs() -> impl Strategy<Value = String> {
        let name = prop::sample::select(vec!["a", "b", "f", "g"]);
        let builtin = prop::sample::select(vec![
            "define",
            "define",
            "define",
            "pushdef",
            "popdef",
            "undefine",
            "defn",
            "ifdef",
            "ifelse",
            "ifelse",
            "len",
            "index",
            "substr",
            "translit",
            "eval",
            "incr",
            "decr",
            "shift",
            "divert",
            "undivert",
            "divnum",
            "errprint",
            "dnl",
            "indir",
            "builtin",
            "include",
            "sinclude",
            "__line__",
            "__file__",
            "changequote",
            "changecom",
            "format",
        ]);
        let atom = prop_oneof![
            6 => name.clone().prop_map(str::to_owned),
            3 => prop::sample::select(vec![
                "$1", "$2", "$*", "$@", "$#", "$0", "1", "0", "-1", "2", "x y", "\n", " ", "\t", ",", "(", ")", "`", "'", "``",
                "#", "# c\n", "dnl", "dnl\n", "dnl z `\n", "[", "]", "+", "a-f", "inc", "word", "half", "%d", "%s", "(a,b)", "",
            ]).prop_map(str::to_owned),
        ];
        let expression = atom.prop_recursive(5, 40, 6, move |inner| {
            let callee = prop_oneof![3 => builtin.clone(), 2 => name.clone()];
            prop_oneof![
                3 => prop::collection::vec(inner.clone(), 0..4).prop_map(|parts| parts.concat()),
                3 => prop::collection::vec(inner.clone(), 0..3).prop_map(|parts| format!("`{}'", parts.concat())),
                6 => (callee, prop::collection::vec(inner, 0..4), prop::sample::select(vec![",", ", ", ",\n  "]))
                    .prop_map(|(callee, args, comma)| format!("{callee}({})", args.join(comma))),
                1 => name.clone().prop_map(|name| format!("define(`{name}', `$1`'$2')")),
                1 => Just("define(`f', `ifelse(`$1', `', `g(`$2')', ``$1'')')".to_owned()),
            ]
        });
        prop::collection::vec(expression, 1..8).prop_map(|parts| parts.join("\n"))
    }

    #[test]
    fn random_programs_do_what_they_do_in_m4() {
        let Some(directory) = directory() else { return };
        let cases = env::var("RELAYCC_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(1000);
        let config =
            ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 5000, ..ProptestConfig::default() };
        let compared = std::cell::Cell::new(0_u32);
        TestRunner::new(config)
            .run(&programs(), |program| {
                if let Some(ours) = ours(&program, directory.path()) {
                    compared.set(compared.get() + 1);
                    prop_assert_eq!(ours, reference(&program, directory.path()));
                }
                Ok(())
            })
            .unwrap();
        assert!(compared.get() > cases / 2, "only {} of {cases} programs are comparable", compared.get());
    }

    /// Expressions for `eval`, most of them wrong.
    #[test]
    fn random_expressions_have_the_same_value_in_m4() {
        let Some(directory) = directory() else { return };
        let token = prop::sample::select(vec![
            "1", "2", "0", "7", "0x1F", "010", "0b11", "0r3:12", "+", "-", "*", "/", "%", "**", "<<", ">>", "<", ">",
            "<=", ">=", "==", "!=", "&", "|", "^", "&&", "||", "!", "~", "(", ")", " ", "=", "a",
        ]);
        let operand = prop::sample::select(vec!["1", "2", "0", "-7", "~3", "!0", "0x1F", "(1-2)", "2147483647", "3"]);
        let operator = prop::sample::select(vec![
            "+", "-", "*", "/", "%", "**", "<<", ">>", "<", ">", "<=", ">=", "==", "!=", "&", "|", "^", "&&", "||", "=",
        ]);
        let soup = prop::collection::vec(token, 0..10).prop_map(|tokens| tokens.concat());
        let proper = prop::collection::vec((operand, operator), 1..7)
            .prop_map(|parts| parts.iter().map(|(a, b)| format!("{a} {b} ")).collect::<String>() + "5");
        let expressions = prop::collection::vec(prop_oneof![soup, proper], 30);
        let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
        TestRunner::new(config)
            .run(&expressions, |expressions| {
                let program: String = expressions.iter().map(|e| format!("eval(`{e}')\n")).collect();
                prop_assert_eq!(ours(&program, directory.path()).unwrap(), reference(&program, directory.path()));
                Ok(())
            })
            .unwrap();
    }
}
