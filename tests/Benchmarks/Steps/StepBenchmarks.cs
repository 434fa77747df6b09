using BenchmarkDotNet.Attributes;
using ParquetSharp;
using ParquetSharp.IO;
using ParquetSharp.Schema;
using Superhero.Grains.Extract;
using Superhero.Grains.Transform;
using Superhero.Silo.Subscriber;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;
using Superhero.Testing;
using Encoding = System.Text.Encoding;

namespace Superhero.Benchmarks.Steps;

/// <summary>The steps that need neither Redis nor a disk, on one ordinary game.</summary>
public class StepBenchmarks
{
    private static readonly WriterProperties Properties = new WriterPropertiesBuilder().Compression(Compression.Gzip).Build();
    private static readonly GroupNode Schema = new(
        "schema",
        Repetition.Required,
        [
            Text("game_token"), Text("user_token"), Unsigned("rank", 8), Unsigned("rounds", 16), Unsigned("damage_received", 64), Unsigned("damage_sent", 64),
        ]);

    private readonly byte[] _announcement;
    private readonly byte[] _other;
    private readonly byte[] _line;
    private readonly Guid _token;
    private readonly string[] _users;
    private readonly Attack[] _attacks;
    private readonly GameTables _tables;
    private readonly byte[] _buffer = new byte[64 * 1024];

    private static GameOrigin Origin => new("silo", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    public StepBenchmarks()
    {
        var recording = Recording.Read("ordinary");
        _announcement = Encoding.UTF8.GetBytes(recording.Messages.First(message => message.Data.Contains("Cleaning", StringComparison.Ordinal)).Data);
        _other = Encoding.UTF8.GetBytes(recording.Messages.First(message => message.Data.Contains("Starting", StringComparison.Ordinal)).Data);
        var game = recording.Games.Where(game => game.Completed).OrderBy(game => game.Log.Count()).ElementAt(30);
        _token = Guid.Parse(game.Token);
        _line = Encoding.UTF8.GetBytes(game.Log.First());
        _users = [.. game.Users];
        _attacks = [.. game.Log.Select(line => AttackLog.Parse(Encoding.UTF8.GetBytes(line), _token))];
        _tables = GameTransform.ToTables(new ExtractedGame(
            _token, "2", Tally(), game.Rows().ToDictionary(row => row.User, row => $"{row.Hero}"), _attacks.Length));
    }

    [Benchmark(Description = "parse an announcement")]
    public bool ParseGameFinishedMessage() => GameFinishedMessageParser.TryParse(_announcement, out _);

    [Benchmark(Description = "pass over another message")]
    public bool ParseOther() => GameFinishedMessageParser.TryParse(_other, out _);

    [Benchmark(Description = "parse a line of a log")]
    public Attack ParseLine() => AttackLog.Parse(_line, _token);

    [Benchmark(Description = "rank a podium")]
    public int Rank() => PodiumRanking.Rank(Tally()).Count;

    [Benchmark(Description = "write GAME_PODIUM")]
    public int Write() => GameParquet.Podium(_tables, Origin).Length;

    /// <summary>The same columns, reused properties and schema, buffers of the right size, one write, and no look at what is written.</summary>
    [Benchmark(Description = "ParquetSharp's floor for it", Baseline = true)]
    public long Floor()
    {
        using var stream = new ManagedOutputStream(new MemoryStream(_buffer));
        using var file = new ParquetFileWriter(stream, Schema, Properties, null);
        using var group = file.AppendRowGroup();
        var rows = _tables.Podium;
        Column(group, row => _token.ToString("D"));
        Column(group, row => row.User);
        Column(group, row => row.Rank);
        Column(group, row => row.Rounds);
        Column(group, row => row.DamageReceived);
        Column(group, row => row.DamageSent);
        file.Close();
        return rows.Count;
    }

    private IReadOnlyList<Fighter> Tally()
    {
        var tally = new AttackTally(_users);
        Array.ForEach(_attacks, tally.Add);
        return tally.Fighters;
    }

    private void Column<T>(RowGroupWriter group, Func<PodiumRow, T> value)
    {
        using var column = group.NextColumn();
        using var writer = column.LogicalWriter<T>(_tables.Podium.Count);
        writer.WriteBatch([.. _tables.Podium.Select(value)]);
    }

    private static PrimitiveNode Text(string name) => new(name, Repetition.Required, LogicalType.String(), PhysicalType.ByteArray);

    private static PrimitiveNode Unsigned(string name, int bits) =>
        new(name, Repetition.Required, LogicalType.Int(bits, isSigned: false), bits > 32 ? PhysicalType.Int64 : PhysicalType.Int32);
}
