using ParquetSharp;

// Reads the two tables, and prints the heroes with the most wins:
//
//     dotnet run --project examples/ReadTables -- path/to/the/output/folder

var tables = Path.Combine(args is [var folder] ? folder : "data", "superhero");

// Files of single games and merged parts alike. While games are merged one may be in both, with the same rows: a set has
// each of them once.
HashSet<Meta> meta = [.. Read("GAME_META", group => Column<string>(group, 0)
    .Zip(Column<string>(group, 1), Column<ushort>(group, 2))
    .Select(row => new Meta(row.First, row.Second, row.Third)))];
HashSet<Podium> podium = [.. Read("GAME_PODIUM", group => Column<string>(group, 0)
    .Zip(Column<string>(group, 1), Column<byte>(group, 2))
    .Zip(Column<ulong>(group, 5), (row, sent) => new Podium(row.First, row.Second, row.Third, sent)))];

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

return 0;

IEnumerable<T> Read<T>(string table, Func<RowGroupReader, IEnumerable<T>> rows)
{
    foreach (var path in Directory.EnumerateFiles(Path.Combine(tables, table), "*.gz.parquet", SearchOption.AllDirectories))
    {
        using var file = new ParquetFileReader(path);
        for (var i = 0; i < file.FileMetaData.NumRowGroups; i++)
        {
            using var group = file.RowGroup(i);
            foreach (var row in rows(group))
            {
                yield return row;
            }
        }
    }
}

static T[] Column<T>(RowGroupReader group, int index)
{
    using var column = group.Column(index);
    using var values = column.LogicalReader<T>();
    return values.ReadAll((int)group.MetaData.NumRows);
}

internal sealed record Meta(string Game, string User, ushort Hero);

internal sealed record Podium(string Game, string User, byte Rank, ulong Sent);
