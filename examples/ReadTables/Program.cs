using System.Globalization;
using ParquetSharp;

// Reads the tables, and prints the heroes with the most wins and the games that took longest:
//
//     dotnet run --project examples/ReadTables -- path/to/the/output/folder

var tables = Path.Combine(args is [var folder] ? folder : "data", "superhero");

// Files of single games and merged parts alike. While games are merged one may be in both, with the same rows: a set has
// each of them once.
HashSet<Meta> meta = [.. Read("GAME_META", (_, group) => Column<string>(group, 0)
    .Zip(Column<string>(group, 1), Column<ushort>(group, 2))
    .Select(row => new Meta(row.First, row.Second, row.Third)))];
HashSet<Podium> podium = [.. Read("GAME_PODIUM", (_, group) => Column<string>(group, 0)
    .Zip(Column<string>(group, 1), Column<byte>(group, 2))
    .Zip(Column<ushort>(group, 3), Column<ulong>(group, 5))
    .Select(row => new Podium(row.First.First, row.First.Second, row.First.Third, row.Second, row.Third)))];

// When a game was: of one that is not merged yet its own files' metadata says it, and of the others GAME_SESSION.
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

// A folder's own files come before those of the folders in it, and what is gone meanwhile is merged by then.
IEnumerable<T> Read<T>(string table, Func<ParquetFileReader, RowGroupReader, IEnumerable<T>> rows) =>
    Directory.Exists(Path.Combine(tables, table))
        ? Directory.EnumerateFiles(Path.Combine(tables, table), "*.gz.parquet", SearchOption.AllDirectories).SelectMany(path => ReadFile(path, rows))
        : [];

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

static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

internal sealed record Meta(string Game, string User, ushort Hero);

internal sealed record Podium(string Game, string User, byte Rank, ushort Rounds, ulong Sent);

internal sealed record Session(string Game, DateTime? Started, DateTime? Ended);
