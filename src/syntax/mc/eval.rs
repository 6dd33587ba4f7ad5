//! The arithmetic of `eval`: 32-bit signed integers that wrap, C's operators and `**`.
//!
//! If an expression has several faults, the one that m4 reports is chosen: m4 reads one operator beyond each operand and stops at
//! the first fault.

/// Faults of an expression. The first three are ignored where `&&` or `||` do not need the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    DivideByZero,
    ModuloByZero,
    NegativeExponent,
    Syntax,
    MissingParenthesis,
    UnknownInput,
    ExcessInput,
    InvalidOperator,
    /// Beyond the limit of relaycc; m4 has no such limit.
    TooDeep,
}

impl Fault {
    fn is_arithmetic(self) -> bool {
        matches!(self, Fault::DivideByZero | Fault::ModuloByZero | Fault::NegativeExponent)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Number(i32),
    Binary(Operator),
    /// `!` and `~`
    Not,
    Complement,
    Open,
    Close,
    /// A C operator that eval does not support: `++`, `+=`, …
    Foreign,
    Unknown,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    LogicalOr,
    LogicalAnd,
    Or,
    Xor,
    And,
    Equal,
    NotEqual,
    /// `=`, treated as `==` with a warning.
    Assign,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    ShiftLeft,
    ShiftRight,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    Power,
}

impl Operator {
    /// Precedence.
    fn level(self) -> u8 {
        match self {
            Operator::LogicalOr => 1,
            Operator::LogicalAnd => 2,
            Operator::Or => 3,
            Operator::Xor => 4,
            Operator::And => 5,
            Operator::Equal | Operator::NotEqual | Operator::Assign => 6,
            Operator::Greater | Operator::GreaterEqual | Operator::Less | Operator::LessEqual => 7,
            Operator::ShiftLeft | Operator::ShiftRight => 8,
            Operator::Plus | Operator::Minus => 9,
            Operator::Times | Operator::Divide | Operator::Modulo => 10,
            Operator::Power => 11,
        }
    }

    fn apply(self, left: i32, right: i32) -> Result<i32, Fault> {
        Ok(match self {
            Operator::LogicalOr => i32::from(left != 0 || right != 0),
            Operator::LogicalAnd => i32::from(left != 0 && right != 0),
            Operator::Or => left | right,
            Operator::Xor => left ^ right,
            Operator::And => left & right,
            Operator::Equal | Operator::Assign => i32::from(left == right),
            Operator::NotEqual => i32::from(left != right),
            Operator::Greater => i32::from(left > right),
            Operator::GreaterEqual => i32::from(left >= right),
            Operator::Less => i32::from(left < right),
            Operator::LessEqual => i32::from(left <= right),
            Operator::ShiftLeft => left.wrapping_shl(right.cast_unsigned()),
            Operator::ShiftRight => left.wrapping_shr(right.cast_unsigned()),
            Operator::Plus => left.wrapping_add(right),
            Operator::Minus => left.wrapping_sub(right),
            Operator::Times => left.wrapping_mul(right),
            Operator::Divide if right == 0 => return Err(Fault::DivideByZero),
            Operator::Divide => left.wrapping_div(right),
            Operator::Modulo if right == 0 => return Err(Fault::ModuloByZero),
            Operator::Modulo => left.wrapping_rem(right),
            Operator::Power if left == 0 && right == 0 => return Err(Fault::DivideByZero),
            Operator::Power => left.wrapping_pow(u32::try_from(right).map_err(|_| Fault::NegativeExponent)?),
        })
    }
}

/// The value of an expression, and the number of times that it contains `=` instead of `==`.
pub(super) fn evaluate(expression: &str) -> (Result<i32, Fault>, usize) {
    let mut parser = Parser { text: expression.as_bytes(), at: 0, last: 0, depth: 0, assignments: 0 };
    let first = parser.token();
    let result = parser.expression(first, 1).and_then(|value| {
        if parser.at >= parser.text.len() {
            Ok(value)
        } else if parser.token() == Token::Foreign {
            Err(Fault::InvalidOperator)
        } else {
            Err(Fault::ExcessInput)
        }
    });
    (result, parser.assignments)
}

/// Maximum nesting of parentheses, signs and `**`.
const MAX_NESTING: usize = 500;

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    /// Start of the last token.
    last: usize,
    depth: usize,
    assignments: usize,
}

impl Parser<'_> {
    /// Parses an expression that starts with `first` and consists of operators with at least this precedence.
    fn expression(&mut self, first: Token, level: u8) -> Result<i32, Fault> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(Fault::TooDeep);
        }
        let mut left = self.operand(first)?;
        // Operators with a higher precedence belong to the right side of the last operator. One is found here only after an
        // ignored fault, which leaves the rest of that side unread; m4 reports it then.
        let mut tightest = u8::MAX;
        loop {
            let operator = match self.token() {
                Token::Unknown => return Err(Fault::UnknownInput),
                Token::Binary(operator) if (level..=tightest).contains(&operator.level()) => operator,
                _ => {
                    self.at = self.last;
                    self.depth -= 1;
                    return Ok(left);
                }
            };
            let next = self.token();
            if next == Token::Unknown {
                return Err(Fault::UnknownInput);
            }
            // `**` evaluates its right side first, all others their left side.
            let tighter = if operator == Operator::Power { operator.level() } else { operator.level() + 1 };
            let depth = self.depth;
            left = match self.expression(next, tighter) {
                Ok(right) => operator.apply(left, right)?,
                Err(fault) if fault.is_arithmetic() && operator == Operator::LogicalOr && left != 0 => 1,
                Err(fault) if fault.is_arithmetic() && operator == Operator::LogicalAnd && left == 0 => 0,
                Err(fault) => return Err(fault),
            };
            self.depth = depth;
            tightest = operator.level();
            if operator == Operator::Assign {
                self.assignments += 1;
            }
        }
    }

    fn operand(&mut self, token: Token) -> Result<i32, Fault> {
        let sign = match token {
            Token::Number(value) => return Ok(value),
            Token::Open => {
                let first = self.token();
                if first == Token::Unknown {
                    return Err(Fault::UnknownInput);
                }
                let value = self.expression(first, 1)?;
                return match self.token() {
                    Token::Close => Ok(value),
                    Token::Unknown => Err(Fault::UnknownInput),
                    _ => Err(Fault::MissingParenthesis),
                };
            }
            Token::Binary(Operator::Plus | Operator::Minus) | Token::Not | Token::Complement => token,
            Token::Foreign => return Err(Fault::InvalidOperator),
            Token::Binary(_) | Token::Close | Token::Unknown | Token::End => return Err(Fault::Syntax),
        };
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(Fault::TooDeep);
        }
        let next = self.token();
        if next == Token::Unknown {
            return Err(Fault::UnknownInput);
        }
        let value = self.operand(next)?;
        self.depth -= 1;
        Ok(match sign {
            Token::Binary(Operator::Minus) => value.wrapping_neg(),
            Token::Not => i32::from(value == 0),
            Token::Complement => !value,
            _ => value,
        })
    }

    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn token(&mut self) -> Token {
        while super::lexer::is_blank(self.peek()) {
            self.at += 1;
        }
        self.last = self.at;
        let first = self.peek();
        if self.at >= self.text.len() {
            return Token::End;
        }
        if first.is_ascii_digit() {
            return self.number();
        }
        self.at += 1;
        let second = self.peek();
        let simple = |operator, doubled: Option<Operator>| match (second, doubled) {
            (b'=', _) => (0, Token::Foreign),
            (b, Some(doubled)) if b == first => (1, Token::Binary(doubled)),
            (b, None) if b == first && matches!(b, b'+' | b'-') => (0, Token::Foreign),
            _ => (0, Token::Binary(operator)),
        };
        let compared = |single, with_equals: Operator| match second {
            b'=' => (1, Token::Binary(with_equals)),
            _ => (0, single),
        };
        let (more, token) = match first {
            b'+' => simple(Operator::Plus, None),
            b'-' => simple(Operator::Minus, None),
            b'*' => simple(Operator::Times, Some(Operator::Power)),
            b'/' => simple(Operator::Divide, None),
            b'%' => simple(Operator::Modulo, None),
            b'^' => simple(Operator::Xor, None),
            b'&' => simple(Operator::And, Some(Operator::LogicalAnd)),
            b'|' => simple(Operator::Or, Some(Operator::LogicalOr)),
            b'=' => compared(Token::Binary(Operator::Assign), Operator::Equal),
            b'!' => compared(Token::Not, Operator::NotEqual),
            b'>' if second == b'>' => self.shift(Operator::ShiftRight),
            b'<' if second == b'<' => self.shift(Operator::ShiftLeft),
            b'>' => compared(Token::Binary(Operator::Greater), Operator::GreaterEqual),
            b'<' => compared(Token::Binary(Operator::Less), Operator::LessEqual),
            b'~' => (0, Token::Complement),
            b'(' => (0, Token::Open),
            b')' => (0, Token::Close),
            _ => (0, Token::Unknown),
        };
        self.at += more;
        token
    }

    /// `<<` or `>>`, whose first character has been read.
    fn shift(&self, operator: Operator) -> (usize, Token) {
        match self.text.get(self.at + 1) {
            Some(b'=') => (1, Token::Foreign),
            _ => (1, Token::Binary(operator)),
        }
    }

    fn number(&mut self) -> Token {
        let mut base = 10;
        if self.peek() == b'0' {
            self.at += 1;
            base = match self.peek() {
                b'x' | b'X' => 16,
                b'b' | b'B' => 2,
                b'r' | b'R' => 0,
                _ => 8,
            };
            if base != 8 {
                self.at += 1;
            }
            if base == 0 {
                while self.peek().is_ascii_digit() && base <= 36 {
                    base = 10 * base + u32::from(self.peek() - b'0');
                    self.at += 1;
                }
                if base == 0 || base > 36 || self.peek() != b':' {
                    return Token::Unknown;
                }
                self.at += 1;
            }
        }
        let mut value = 0_u32;
        while let Some(digit) = char::from(self.peek()).to_digit(36) {
            if base == 1 {
                match digit {
                    1 => value = value.wrapping_add(1),
                    0 if value == 0 => {}
                    _ => break,
                }
            } else if digit >= base {
                break;
            } else {
                value = value.wrapping_mul(base).wrapping_add(digit);
            }
            self.at += 1;
        }
        Token::Number(value.cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(expression: &str) -> Result<i32, Fault> {
        evaluate(expression).0
    }

    #[test]
    fn operators_bind_as_in_c_and_powers_to_the_right() {
        assert_eq!(value("1 + 2 * 3"), Ok(7));
        assert_eq!(value("2 ** 3 ** 2"), Ok(512));
        assert_eq!(value("-2 ** 2"), Ok(4));
        assert_eq!(value("1 | 2 ^ 3 & 6"), Ok(1));
        assert_eq!(value("7 - 2 - 1"), Ok(4));
        assert_eq!(value("1 << 33"), Ok(2));
        assert_eq!(value("!0 + ~1"), Ok(-1));
        assert_eq!(value("2147483647 + 1"), Ok(i32::MIN));
        assert_eq!(value("(1 < 2) == 1 && 0x1f == 0b11111 && 010 == 8 && 0r36:z == 35"), Ok(1));
    }

    #[test]
    fn what_has_no_value_says_why() {
        assert_eq!(value("1 / 0"), Err(Fault::DivideByZero));
        assert_eq!(value("0 && 1 / 0"), Ok(0));
        assert_eq!(value("1 || 1 % 0"), Ok(1));
        assert_eq!(value("(1"), Err(Fault::MissingParenthesis));
        assert_eq!(value("1 2"), Err(Fault::ExcessInput));
        assert_eq!(value("1 += 2"), Err(Fault::InvalidOperator));
        assert_eq!(value("a"), Err(Fault::Syntax));
        assert_eq!(value("1 a"), Err(Fault::UnknownInput));
        assert_eq!(value(&"(".repeat(100_000)), Err(Fault::TooDeep));
        assert_eq!(value(&"-".repeat(3)), Err(Fault::InvalidOperator));
        assert_eq!(value(&"~".repeat(100_000)), Err(Fault::TooDeep));
    }
}
