using System.Globalization;
using System.Text.Json;
using ParquetSharp;

// Reads the tables, and prints the heroes with the most wins and the games that took longest:
//
//     dotnet run --project examples/ReadTables -- path/to/the/output/folder

var tables = Path.Combine(args is [var folder] ? folder : "data", "superhero");

// Single games first, and then the snapshots of the Delta tables. A game that is compacted meanwhile is in both, with the same rows: a set
// has each of them once.
HashSet<Meta> meta = [.. Read("GAME_META", (_, group) => Column<string>(group, 0)
    .Zip(Column<string>(group, 1), Numbers(group, 2))
    .Select(row => new Meta(row.First, row.Second, row.Third)))];
HashSet<Podium> podium = [.. Read("GAME_PODIUM", (_, group) => Column<string>(group, 0)
    .Zip(Column<string>(group, 1), Numbers(group, 2))
    .Zip(Numbers(group, 3), Numbers(group, 5))
    .Select(row => new Podium(row.First.First, row.First.Second, row.First.Third, row.Second, row.Third)))];

// When a game was: of a single game its own files' metadata says it, and of the others GAME_SESSION.
IEnumerable<Session> sessions = new[]
{
    Read<Session>("GAME_PODIUM", (file, _) => file.FileMetaData.KeyValueMetadata is var notes && notes.TryGetValue("ended_at", out var ended)
        ? [new Session(notes["game_token"], Time(notes["started_at"]), Time(ended))] : []),
    Read("GAME_SESSION", (_, group) => Column<string>(group, 0)
        .Zip(Column<DateTime?>(group, 1), Column<DateTime?>(group, 2))
        .Select(row => new Session(row.First, row.Second, row.Third))),
}.SelectMany(some => some).DistinctBy(session => session.Game);

var heroes = podium
    .Join(meta, row => (row.Game, row.User), row => (row.Game, row.User), (row, described) => (described.Hero, row.Rank, row.Sent))
    .GroupBy(row => row.Hero)
    .Select(hero => (
        Hero: hero.Key, Games: hero.Count(), Wins: hero.Count(row => row.Rank == 1), Sent: hero.Sum(row => (decimal)row.Sent)))
    .OrderByDescending(hero => hero.Wins).ThenByDescending(hero => hero.Sent).ThenBy(hero => hero.Hero)
    .Take(10);
Console.WriteLine($"{"hero",6}{"games",8}{"wins",8}{"damage sent",20}");
foreach (var hero in heroes)
{
    Console.WriteLine($"{hero.Hero,6}{hero.Games,8}{hero.Wins,8}{hero.Sent,20:N0}");
}

var longest = sessions
    .GroupJoin(podium, session => session.Game, row => row.Game, (session, rows) => (
        session.Game, session.Ended, Took: session.Ended - session.Started, Attacks: rows.Sum(row => row.Rounds)))
    .OrderByDescending(game => game.Took).ThenBy(game => game.Game, StringComparer.Ordinal)
    .Take(10);
Console.WriteLine($"{"game",36}{"ended",22}{"took",18}{"attacks",10}");
foreach (var game in longest)
{
    Console.WriteLine($"{game.Game}{game.Ended,22:yyyy-MM-dd HH:mm:ss}{game.Took,18:g}{game.Attacks,10:N0}");
}

return 0;

IEnumerable<T> Read<T>(string table, Func<ParquetFileReader, RowGroupReader, IEnumerable<T>> rows) =>
    Singles(table).Concat(Snapshot(Path.Combine(tables, "delta", table))).SelectMany(path => ReadFile(path, rows));

IEnumerable<string> Singles(string table) =>
    Directory.Exists(Path.Combine(tables, table)) ? Directory.GetFiles(Path.Combine(tables, table), "*.gz.parquet") : [];

// Replays the log of a Delta table: the newest checkpoint, and the commits after it.
static IEnumerable<string> Snapshot(string table)
{
    var (log, files, version) = (Path.Combine(table, "_delta_log"), new HashSet<string>(), -1L);
    if (Directory.Exists(log) && Directory.GetFiles(log, "*.checkpoint.parquet").Max(StringComparer.Ordinal) is { } checkpoint)
    {
        version = long.Parse(Path.GetFileName(checkpoint)[..20], CultureInfo.InvariantCulture);
        using var file = new ParquetFileReader(checkpoint);
        using var group = file.RowGroup(0);
        using var column = group.Column(Enumerable.Range(0, file.FileMetaData.NumColumns).First(i => file.FileMetaData.Schema.Column(i).Path.ToDotString() == "add.path"));
        using var values = column.LogicalReader<Nested<string?>?>();
        files.UnionWith(values.ReadAll((int)group.MetaData.NumRows).Select(add => add?.Value).OfType<string>());
    }

    for (string commit; File.Exists(commit = Path.Combine(log, $"{++version:D20}.json"));)
    {
        foreach (var line in File.ReadLines(commit))
        {
            using var action = JsonDocument.Parse(line);
            if (action.RootElement.TryGetProperty("add", out var add))
            {
                files.Add(add.GetProperty("path").GetString()!);
            }
            else if (action.RootElement.TryGetProperty("remove", out var remove))
            {
                files.Remove(remove.GetProperty("path").GetString()!);
            }
        }
    }

    return files.Select(file => Path.Combine(table, Uri.UnescapeDataString(file)));
}

static List<T> ReadFile<T>(string path, Func<ParquetFileReader, RowGroupReader, IEnumerable<T>> rows)
{
    List<T> all = [];
    try
    {
        using var stream = File.OpenRead(path);
        using var file = new ParquetFileReader(stream);
        for (var i = 0; i < file.FileMetaData.NumRowGroups; i++)
        {
            using var group = file.RowGroup(i);
            all.AddRange(rows(file, group));
        }
    }
    catch (FileNotFoundException)
    {
    }

    return all;
}

static T[] Column<T>(RowGroupReader group, int index)
{
    using var column = group.Column(index);
    using var values = column.LogicalReader<T>();
    return values.ReadAll((int)group.MetaData.NumRows);
}

// Single games have unsigned numbers, and Delta tables have none.
static long[] Numbers(RowGroupReader group, int index)
{
    using var column = group.Column(index);
    return column.ColumnDescriptor.LogicalType is IntLogicalType type ? (type.BitWidth, type.IsSigned) switch
    {
        (8, false) => [.. Column<byte>(group, index)],
        (16, false) => [.. Column<ushort>(group, index)],
        (64, false) => [.. Column<ulong>(group, index).Select(number => (long)number)],
        (16, true) => [.. Column<short>(group, index)],
        (32, true) => [.. Column<int>(group, index)],
        _ => Column<long>(group, index),
    } : [];
}

static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

internal sealed record Meta(string Game, string User, long Hero);

internal sealed record Podium(string Game, string User, long Rank, long Rounds, long Sent);

internal sealed record Session(string Game, DateTime? Started, DateTime? Ended);
