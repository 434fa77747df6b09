using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Heroes;

/// <summary>SUPERHERO: the collection of heroes, in one file that is replaced when the collection changes.</summary>
public static class HeroTable
{
    /// <summary>Its path within the output.</summary>
    public const string Path = "superhero/SUPERHERO.gz.parquet";

    /// <summary>Makes it. The same heroes always give the same bytes.</summary>
    public static byte[] Create(IEnumerable<Hero> heroes)
    {
        var sorted = heroes.OrderBy(hero => hero.Id).ToList();
        return ParquetBytes.OfGame(
            TableSchema.Superhero,
            new Dictionary<string, string> { ["writer"] = GameParquet.Writer, ["schema_version"] = GameParquet.SchemaVersion },
            new TableRows(
                TableSchema.Superhero,
                sorted.Select(hero => (int)hero.Id).ToArray(),
                sorted.Select(hero => hero.Name).ToArray(),
                sorted.Select(hero => hero.Attack).ToArray(),
                sorted.Select(hero => hero.Health).ToArray()));
    }

    /// <summary>Reads it.</summary>
    /// <returns>Its heroes, by their ids; none where there is no table.</returns>
    /// <exception cref="IOException">It is damaged, or can't be read.</exception>
    public static async Task<IReadOnlyList<Hero>> ReadAsync(IOutputStore store)
    {
        try
        {
            using var file = ParquetFile.Open(TableSchema.Superhero, await store.ReadAsync(Path));
            var rows = file.Read();
            var (ids, names, attacks, healths) = (rows.Column<int>(0), rows.Column<string>(1), rows.Column<long>(2), rows.Column<long>(3));
            return [.. ids.Select((id, i) => new Hero((ushort)id, names[i], attacks[i], healths[i]))];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (InvalidDataException exception)
        {
            throw new IOException($"{Path}: {exception.Message}", exception);
        }
    }
}

/// <summary>A hero: a row of SUPERHERO.</summary>
/// <param name="Id">The superhero_id.</param>
/// <param name="Name">The name; empty where the collection has none.</param>
/// <param name="Attack">The power of its attacks, from 0.</param>
/// <param name="Health">Its health, from 0.</param>
public sealed record Hero(ushort Id, string Name, long Attack, long Health);
