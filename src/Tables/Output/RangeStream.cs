namespace Superhero.Tables.Output;

/// <summary>An object of a bucket, of which only what is read is fetched, a range at a time.</summary>
/// <param name="length">How many bytes it has.</param>
/// <param name="fetch">Fetches a range: from where, and how many bytes.</param>
internal sealed class RangeStream(long length, Func<long, long, Task<byte[]>> fetch) : Stream
{
    // A request takes about as long as this much takes to come.
    private const int LeastFetched = 64 * 1024;

    private byte[] _fetched = [];
    private long _from;

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => true;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => length;

    /// <inheritdoc />
    public override long Position { get; set; }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, length - Position);
        if (wanted <= 0)
        {
            return 0;
        }

        if (Position < _from || Position + wanted > _from + _fetched.Length)
        {
            // A Parquet file is read from its end, where what is asked for next stands before.
            var most = Math.Max(wanted, LeastFetched);
            _from = Position + wanted == length ? Math.Max(0, length - most) : Position;
            _fetched = fetch(_from, Math.Min(most, length - _from)).GetAwaiter().GetResult();
        }

        var read = Math.Min(wanted, (int)(_from + _fetched.Length - Position));
        _fetched.AsSpan((int)(Position - _from), read).CopyTo(buffer);
        Position += read;
        return read;
    }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => length + offset,
    };

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
