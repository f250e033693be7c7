package io.j8s.machinery.selectors;

import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.selectors.Requirement.Operator;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Reads the text form of a label selector by upstream's grammar, which decides what an error says.
final class SelectorParser {

    private static final String OPERATORS = "in, notin, =, ==, !=, gt, lt";

    private enum Token {
        ERROR,
        END,
        CLOSED,
        COMMA,
        NOT,
        DOUBLE_EQUALS,
        EQUALS,
        GREATER,
        IDENTIFIER,
        IN,
        LESS,
        NOT_EQUALS,
        NOT_IN,
        OPEN
    }

    private record Item(Token token, String literal) {

        /// Where a name or a value is expected, `in` and `notin` are plain words.
        Item asValue() {
            return token == Token.IN || token == Token.NOT_IN
                    ? new Item(Token.IDENTIFIER, literal)
                    : this;
        }
    }

    private final String text;
    private final List<Item> items = new ArrayList<>();
    private int position;

    SelectorParser(String text) {
        this.text = text;
        int at = 0;
        while (true) {
            at = skipSpace(at);
            if (at >= text.length()) {
                items.add(new Item(Token.END, ""));
                return;
            }
            at = isSpecial(text.charAt(at)) ? scanSymbol(at) : scanWord(at);
        }
    }

    List<Requirement> parse() {
        var requirements = new ArrayList<Requirement>();
        while (true) {
            Item item = look();
            switch (item.token) {
                case IDENTIFIER, NOT -> {
                    requirements.add(parseRequirement());
                    Item next = take().asValue();
                    if (next.token == Token.END) {
                        return requirements;
                    }
                    if (next.token != Token.COMMA) {
                        throw found(next, ", expected: ',' or 'end of string'");
                    }
                    Item after = look();
                    if (after.token != Token.IDENTIFIER && after.token != Token.NOT) {
                        throw found(after, ", expected: identifier after ','");
                    }
                }
                case END -> {
                    return requirements;
                }
                default -> throw found(item, ", expected: !, identifier, or 'end of string'");
            }
        }
    }

    private Requirement parseRequirement() {
        try {
            return requirement();
        } catch (SelectorException e) {
            throw new SelectorException("unable to parse requirement: " + e.text());
        }
    }

    private Requirement requirement() {
        Item item = take().asValue();
        boolean negated = item.token == Token.NOT;
        if (negated) {
            item = take().asValue();
        }
        if (item.token != Token.IDENTIFIER) {
            throw found(item, ", expected: identifier");
        }
        String key = item.literal;
        List<String> wrong = NameRules.labelKey(key);
        if (!wrong.isEmpty()) {
            // upstream prints the missing path as Go prints nil
            throw new SelectorException(
                    Requirement.invalid("<nil>", FieldErrors.quote(key), String.join("; ", wrong)));
        }
        if (negated) {
            return Requirement.of(key, Operator.DOES_NOT_EXIST, List.of());
        }
        Token next = look().token;
        if (next == Token.END || next == Token.COMMA) {
            return Requirement.of(key, Operator.EXISTS, List.of());
        }
        Operator operator = operator();
        List<String> values =
                operator == Operator.IN || operator == Operator.NOT_IN ? values() : exactValue();
        return Requirement.of(key, operator, values);
    }

    private Operator operator() {
        Item item = take();
        return switch (item.token) {
            case IN -> Operator.IN;
            case EQUALS -> Operator.EQUALS;
            case DOUBLE_EQUALS -> Operator.DOUBLE_EQUALS;
            case GREATER -> Operator.GREATER_THAN;
            case LESS -> Operator.LESS_THAN;
            case NOT_IN -> Operator.NOT_IN;
            case NOT_EQUALS -> Operator.NOT_EQUALS;
            default -> throw found(item, ", expected: " + OPERATORS);
        };
    }

    private List<String> values() {
        Item open = take().asValue();
        if (open.token != Token.OPEN) {
            throw found(open, " expected: '('");
        }
        Item first = look();
        return switch (first.token) {
            case IDENTIFIER, COMMA -> {
                List<String> values = identifiers();
                Item close = take();
                if (close.token != Token.CLOSED) {
                    throw found(close, ", expected: ')'");
                }
                yield values;
            }
            case CLOSED -> {
                take();
                yield List.of("");
            }
            default -> throw found(first, ", expected: ',', ')' or identifier");
        };
    }

    /// Empty places count as one empty value: `(,x)`, `(x,)` and `(x,,y)` all contain it.
    private List<String> identifiers() {
        var values = new TreeSet<String>();
        while (true) {
            Item item = take().asValue();
            switch (item.token) {
                case IDENTIFIER -> {
                    values.add(item.literal);
                    Item next = look();
                    if (next.token == Token.CLOSED) {
                        return List.copyOf(values);
                    }
                    if (next.token != Token.COMMA) {
                        throw found(next, ", expected: ',' or ')'");
                    }
                }
                case COMMA -> {
                    if (values.isEmpty()) {
                        values.add("");
                    }
                    Token next = look().token;
                    if (next == Token.CLOSED) {
                        values.add("");
                        return List.copyOf(values);
                    }
                    if (next == Token.COMMA) {
                        take();
                        values.add("");
                    }
                }
                default -> throw found(item, ", expected: ',', or identifier");
            }
        }
    }

    private List<String> exactValue() {
        Token next = look().token;
        if (next == Token.END || next == Token.COMMA) {
            return List.of("");
        }
        Item item = take().asValue();
        if (item.token != Token.IDENTIFIER) {
            throw found(item, ", expected: identifier");
        }
        return List.of(item.literal);
    }

    private Item look() {
        return items.get(position).asValue();
    }

    private Item take() {
        Item item = items.get(position);
        if (position < items.size() - 1) {
            position++;
        }
        return item;
    }

    private static SelectorException found(Item item, String expected) {
        return new SelectorException("found '" + item.literal + "'" + expected);
    }

    private int skipSpace(int from) {
        int at = from;
        while (at < text.length() && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private int scanWord(int from) {
        int at = from;
        while (at < text.length() && !isSpecial(text.charAt(at)) && !isSpace(text.charAt(at))) {
            at++;
        }
        String word = text.substring(from, at);
        Token token =
                switch (word) {
                    case "in" -> Token.IN;
                    case "notin" -> Token.NOT_IN;
                    default -> Token.IDENTIFIER;
                };
        items.add(new Item(token, word));
        return at;
    }

    /// The longest run of special characters that is a symbol.
    private int scanSymbol(int from) {
        int at = from;
        Token last = Token.ERROR;
        int end = from;
        while (at < text.length() && isSpecial(text.charAt(at))) {
            at++;
            Token token = symbol(text.substring(from, at));
            if (token != Token.ERROR) {
                last = token;
                end = at;
            } else if (last != Token.ERROR) {
                break;
            }
        }
        if (last == Token.ERROR) {
            items.add(
                    new Item(
                            Token.ERROR,
                            "error expected: keyword found '" + text.substring(from, at) + "'"));
            return at;
        }
        items.add(new Item(last, text.substring(from, end)));
        return end;
    }

    private static Token symbol(String text) {
        return switch (text) {
            case ")" -> Token.CLOSED;
            case "," -> Token.COMMA;
            case "!" -> Token.NOT;
            case "==" -> Token.DOUBLE_EQUALS;
            case "=" -> Token.EQUALS;
            case ">" -> Token.GREATER;
            case "<" -> Token.LESS;
            case "!=" -> Token.NOT_EQUALS;
            case "(" -> Token.OPEN;
            default -> Token.ERROR;
        };
    }

    private static boolean isSpecial(char c) {
        return "=!(),><".indexOf(c) >= 0;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}
