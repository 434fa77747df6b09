using System.Text;
using System.Text.Json;

namespace Superhero.Grains.Archive;

/// <summary>Reads a JSON document from a stream token by token, so that it takes no more memory than its longest token.</summary>
/// <param name="stream">The stream, which this closes.</param>
internal sealed class JsonTokens(Stream stream) : IDisposable
{
    private byte[] _buffer = new byte[64 * 1024];
    private byte[] _text = [];
    private int _textLength;
    private int _start;
    private int _end;
    private bool _isWhole;
    private JsonReaderState _state;
    private JsonTokenType _type;

    /// <summary>What the string or the name that was read last says, in UTF-8, until the next one is read.</summary>
    public ReadOnlyMemory<byte> Text => _text.AsMemory(0, _textLength);

    /// <summary>Reads the beginning of an object or of an array.</summary>
    /// <exception cref="InvalidDataException">The document has something else there.</exception>
    public void Enter(JsonTokenType beginning)
    {
        Read();
        Expect(beginning);
    }

    /// <summary>Reads the name of the next property of an object, or the end of the object.</summary>
    /// <returns>The name; null at the end.</returns>
    /// <exception cref="InvalidDataException">The document is damaged.</exception>
    public string? NextName()
    {
        Read();
        return _type == JsonTokenType.PropertyName ? Encoding.UTF8.GetString(Text.Span) : null;
    }

    /// <summary>Reads the next string of an array into <see cref="Text"/>, or the end of the array.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="InvalidDataException">The document has something else there.</exception>
    public bool NextText()
    {
        Read();
        if (_type == JsonTokenType.EndArray)
        {
            return false;
        }

        Expect(JsonTokenType.String);
        return true;
    }

    /// <summary>Reads a string.</summary>
    /// <exception cref="InvalidDataException">The document has something else there.</exception>
    public string ReadText()
    {
        Enter(JsonTokenType.String);
        return Encoding.UTF8.GetString(Text.Span);
    }

    /// <summary>Reads a value of any kind, and all that is in it.</summary>
    /// <exception cref="InvalidDataException">The document is damaged.</exception>
    public void Skip()
    {
        var depth = 0;
        do
        {
            Read();
            depth += _type switch
            {
                JsonTokenType.StartObject or JsonTokenType.StartArray => 1,
                JsonTokenType.EndObject or JsonTokenType.EndArray => -1,
                _ => 0,
            };
        }
        while (depth > 0);
    }

    /// <inheritdoc />
    public void Dispose() => stream.Dispose();

    private void Expect(JsonTokenType type)
    {
        if (_type != type)
        {
            throw new InvalidDataException($"it is not an archived game: it has {_type} in the place of {type}");
        }
    }

    private void Read()
    {
        try
        {
            while (!TryRead())
            {
                Fill();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text with half of a surrogate pair.
            throw new InvalidDataException($"it is not an archived game: {exception.Message}", exception);
        }
    }

    private bool TryRead()
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isWhole, _state);
        var read = reader.Read();
        if (read)
        {
            _type = reader.TokenType;
            if (_type is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                Array.Resize(ref _text, Math.Max(_text.Length, reader.ValueSpan.Length));
                _textLength = reader.CopyString(_text);
            }
        }
        else if (_isWhole)
        {
            throw new JsonException("it ends too early");
        }

        (_start, _state) = (_start + (int)reader.BytesConsumed, reader.CurrentState);
        return read;
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _isWhole = read == 0;
        _end += read;
    }
}
