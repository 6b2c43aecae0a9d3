using System.Text.Json;
using Steward.Configuration.Parsing;

namespace Steward.Discovery.Clients.Toml;

/// <summary>
/// Reads TOML 1.0 (https://toml.io/en/v1.0.0), strictly, into positioned nodes. Of 1.1 it also takes line ends and a trailing
/// comma in inline tables, which newer writers may use.
/// </summary>
internal sealed class TomlReader
{
    /// <summary>Far deeper than any configuration; keeps recursion bounded.</summary>
    private const int MaxDepth = 64;

    private readonly TomlScanner _scanner;
    private readonly TomlTable _root = new(0, TomlTableOrigin.Header);
    private readonly List<TomlHeader> _headers = [];
    private TomlTable _current;

    private TomlReader(SourceText source) => (_scanner, _current) = (new(source), _root);

    /// <exception cref="TomlException">The text is no TOML.</exception>
    public static TomlDocument Read(SourceText source)
    {
        var reader = new TomlReader(source);
        reader.ReadLines();
        return new(reader._root.ToNode(source.Utf8.Length), reader._headers);
    }

    private void ReadLines()
    {
        for (_scanner.SkipLines(); !_scanner.IsAtEnd; _scanner.SkipLines())
        {
            if (_scanner.Current == (byte)'[')
                ReadHeader();
            else
                ReadAssignment(_current, 0);
            _scanner.SkipRestOfLine();
        }
    }

    private void ReadHeader()
    {
        var start = _scanner.At;
        var isArray = _scanner.StartsWith("[["u8);
        _scanner.At += isArray ? 2 : 1;
        var path = ReadKey();
        _scanner.Expect((byte)']', "the closing ] of a table's name");
        if (isArray)
            _scanner.Expect((byte)']', "the second closing ] of a table's name");

        var parent = _root;
        foreach (var part in path.SkipLast(1))
            parent = Descend(parent, part, TomlTableOrigin.Implied);
        _current = isArray ? AddElement(parent, path[^1]) : Define(parent, path[^1]);
        _headers.Add(new([.. path.Select(part => part.Name)], start, _scanner.At, isArray));
    }

    private static TomlTable Define(TomlTable parent, TomlKey key)
    {
        switch (parent.Find(key.Name))
        {
            case null:
                var table = new TomlTable(key.Offset, TomlTableOrigin.Header);
                parent.Add(key, table);
                return table;
            case TomlTable { Origin: TomlTableOrigin.Implied } implied:
                implied.Origin = TomlTableOrigin.Header;
                return implied;
            default:
                throw GivenTwice(key);
        }
    }

    private static TomlTable AddElement(TomlTable parent, TomlKey key)
    {
        var element = new TomlTable(key.Offset, TomlTableOrigin.Header);
        switch (parent.Find(key.Name))
        {
            case null:
                parent.Add(key, new List<TomlTable> { element });
                break;
            case List<TomlTable> elements:
                elements.Add(element);
                break;
            default:
                throw GivenTwice(key);
        }

        return element;
    }

    private static TomlTable Descend(TomlTable parent, TomlKey key, TomlTableOrigin origin)
    {
        switch (parent.Find(key.Name))
        {
            case null:
                var table = new TomlTable(key.Offset, origin);
                parent.Add(key, table);
                return table;
            case TomlTable existing when origin == TomlTableOrigin.Implied || existing.Origin == origin:
                return existing;
            case List<TomlTable> elements when origin == TomlTableOrigin.Implied:
                return elements[^1];
            case TomlTable or List<TomlTable>:
                throw new TomlException(key.Offset, "a dotted key adds to a table that has a header of its own", "Write the key below that header.");
            default:
                throw new TomlException(key.Offset, "a value that is no table has keys below it, or an inline table is added to", "Write the keys into the braces, or rename one of the two.");
        }
    }

    /// <summary>A key and its value.</summary>
    private void ReadAssignment(TomlTable table, int depth)
    {
        var path = ReadKey();
        _scanner.Expect((byte)'=', "the = behind a key");
        _scanner.SkipBlanks();
        var value = ReadValue(depth);
        foreach (var part in path.SkipLast(1))
            table = Descend(table, part, TomlTableOrigin.DottedKey);
        if (table.Find(path[^1].Name) is not null)
            throw GivenTwice(path[^1]);
        table.Add(path[^1], value);
    }

    /// <summary>A key with its dots, and the blanks around it.</summary>
    private List<TomlKey> ReadKey()
    {
        var path = new List<TomlKey>();
        do
        {
            if (path.Count > 0)
                _scanner.At++;
            _scanner.SkipBlanks();
            path.Add(ReadKeyPart());
            _scanner.SkipBlanks();
            if (path.Count > MaxDepth)
                throw TooDeep();
        }
        while (_scanner.Current == (byte)'.');
        return path;
    }

    private TomlKey ReadKeyPart()
    {
        var start = _scanner.At;
        if (_scanner.Current is (byte)'"' or (byte)'\'')
            return new(TomlStrings.ReadLine(_scanner), start);
        while (char.IsAsciiLetterOrDigit((char)_scanner.Current) || _scanner.Current is (byte)'_' or (byte)'-')
            _scanner.At++;
        return _scanner.At > start
            ? new(_scanner.TextBetween(start, _scanner.At), start)
            : throw new TomlException(start, "a key is missing", "Write a name of letters, digits, _ and -, or any text in quotes.");
    }

    private ConfigNode ReadValue(int depth)
    {
        if (depth > MaxDepth)
            throw TooDeep();
        var start = _scanner.At;
        return _scanner.Current switch
        {
            (byte)'"' or (byte)'\'' => new(JsonValueKind.String, start) { Text = TomlStrings.Read(_scanner), End = _scanner.At },
            (byte)'[' => ReadArray(depth),
            (byte)'{' => ReadInlineTable(depth),
            _ => TomlScalars.Read(_scanner),
        };
    }

    private ConfigNode ReadArray(int depth)
    {
        var start = _scanner.At++;
        var items = new List<ConfigNode>();
        for (_scanner.SkipLines(); _scanner.Current != (byte)']'; _scanner.SkipLines())
        {
            items.Add(ReadValue(depth + 1));
            _scanner.SkipLines();
            if (_scanner.Current != (byte)',')
                break;
            _scanner.At++;
        }

        _scanner.Expect((byte)']', "a , or the closing ] of a list");
        return new(JsonValueKind.Array, start) { Items = items, End = _scanner.At };
    }

    private ConfigNode ReadInlineTable(int depth)
    {
        var start = _scanner.At++;
        var table = new TomlTable(start, TomlTableOrigin.Header);
        for (_scanner.SkipLines(); _scanner.Current != (byte)'}'; _scanner.SkipLines())
        {
            ReadAssignment(table, depth + 1);
            _scanner.SkipLines();
            if (_scanner.Current != (byte)',')
                break;
            _scanner.At++;
        }

        _scanner.Expect((byte)'}', "a , or the closing } of an inline table");
        return table.ToNode(_scanner.At); // a finished node: nothing can be added to it any more
    }

    private TomlException TooDeep() => new(_scanner.At, $"tables or lists are nested more than {MaxDepth} deep");

    private static TomlException GivenTwice(TomlKey key) => new(key.Offset, "the key or table is given twice", "Remove or rename one of the two.");
}
