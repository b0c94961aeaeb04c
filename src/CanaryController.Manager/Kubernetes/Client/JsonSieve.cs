using System.Buffers;
using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// Drops from a JSON text what nobody reads, in place, at the speed of looking for quotes and brackets: half of what an API server lists is managedFields, and making tokens of it took longer than
/// reading all that is kept. What is kept stays letter by letter, and the reader behind judges it; of what is dropped only quotes and brackets are looked at. Pure.
/// </summary>
internal ref struct JsonSieve
{
    private static readonly SearchValues<byte> _structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> _inText = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> _afterScalar = SearchValues.Create(",:{}[]\" \t\r\n"u8);

    private readonly Span<byte> _text;
    private int _read;
    private int _written;

    private JsonSieve(Span<byte> text) => _text = text;

    /// <summary>Leaves of <paramref name="text"/> what <paramref name="kept"/> says.</summary>
    /// <param name="text">A JSON value in UTF-8. Its beginning is what remains.</param>
    /// <param name="kept">What is kept of it.</param>
    /// <returns>How many bytes remain.</returns>
    /// <exception cref="JsonException">It is no JSON: it ends too early, or something else stands where a name, a value or a comma has to.</exception>
    public static int Sift(Span<byte> text, KeptFields kept)
    {
        var sieve = new JsonSieve(text);
        sieve.Value(kept);

        // Whatever follows the value is for the reader to refuse.
        sieve.Copy(sieve._read, text.Length);
        return sieve._written;
    }

    private void Value(KeptFields kept)
    {
        switch (Next())
        {
            case (byte)'{' when !kept.IsWhole:
                Members(kept);
                break;
            case (byte)'[' when !kept.IsWhole:
                Items(kept);
                break;
            default:
                Whole();
                break;
        }
    }

    private void Whole()
    {
        var from = _read;
        Skip();
        Copy(from, _read);
    }

    /// <summary>An object of which some members are kept. There is always room: a comma is written only where one was read.</summary>
    private void Members(KeptFields kept)
    {
        Pass();
        var (isFirst, isEmpty) = (true, Next() == (byte)'}');
        while (!isEmpty)
        {
            var from = Next() == (byte)'"' ? _read : throw Broken();
            SkipText();
            var (to, fields) = (_read, kept.Find(_text[(from + 1)..(_read - 1)]));
            _read = Next() == (byte)':' ? _read + 1 : throw Broken();
            Next();
            if (fields is null)
            {
                Skip();
            }
            else
            {
                Write(isFirst ? default : (byte)',');
                Copy(from, to);
                Write((byte)':');
                Value(fields);
                isFirst = false;
            }

            if (IsEnd((byte)'}'))
            {
                break;
            }
        }

        Pass();
    }

    /// <summary>A list, of each of whose items that are objects some members are kept.</summary>
    private void Items(KeptFields kept)
    {
        Pass();
        var isEmpty = Next() == (byte)']';
        while (!isEmpty)
        {
            if (Next() == (byte)'{')
            {
                Members(kept);
            }
            else
            {
                Whole();
            }

            if (IsEnd((byte)']'))
            {
                break;
            }

            Write((byte)',');
        }

        Pass();
    }

    /// <summary>After a value: false after a comma, which another value has to follow.</summary>
    private bool IsEnd(byte end)
    {
        var next = Next();
        if (next == end)
        {
            return true;
        }

        if (next != (byte)',')
        {
            throw Broken();
        }

        _read++;
        return Next() == end ? throw Broken() : false;
    }

    /// <summary>Goes past a value.</summary>
    private void Skip()
    {
        switch (Next())
        {
            case (byte)'"':
                SkipText();
                break;
            case (byte)'{' or (byte)'[':
                SkipNested();
                break;
            default:
                var length = _text[_read..].IndexOfAny(_afterScalar);
                _read = length == 0 ? throw Broken() : length < 0 ? _text.Length : _read + length;
                break;
        }
    }

    private void SkipNested()
    {
        var depth = 0;
        do
        {
            var distance = _text[_read..].IndexOfAny(_structure);
            _read = distance < 0 ? throw Broken() : _read + distance;
            switch (_text[_read])
            {
                case (byte)'"':
                    SkipText();
                    break;
                case (byte)'{' or (byte)'[':
                    (depth, _read) = (depth + 1, _read + 1);
                    break;
                default:
                    (depth, _read) = (depth - 1, _read + 1);
                    break;
            }
        }
        while (depth > 0);
    }

    private void SkipText()
    {
        _read++;
        while (true)
        {
            var length = _read < _text.Length ? _text[_read..].IndexOfAny(_inText) : -1;
            _read = length < 0 ? throw Broken() : _read + length;
            if (_text[_read] == (byte)'"')
            {
                _read++;
                return;
            }

            _read += 2;
        }
    }

    /// <summary>The byte at which the next token begins.</summary>
    private byte Next()
    {
        while (_read < _text.Length && _text[_read] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _read++;
        }

        return _read < _text.Length ? _text[_read] : throw Broken();
    }

    /// <summary>Takes over a bracket.</summary>
    private void Pass()
    {
        Write(_text[_read]);
        _read++;
    }

    private void Write(byte symbol)
    {
        if (symbol != default)
        {
            _text[_written++] = symbol;
        }
    }

    private void Copy(int from, int to)
    {
        _text[from..to].CopyTo(_text[_written..]);
        _written += to - from;
    }

    private readonly JsonException Broken() => new($"The answer is no JSON at byte {_read}.");
}
