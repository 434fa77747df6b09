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
}

/// <summary>A hero: a row of SUPERHERO.</summary>
/// <param name="Id">The superhero_id.</param>
/// <param name="Name">The name; empty where the collection has none.</param>
/// <param name="Attack">The power of its attacks, from 0.</param>
/// <param name="Health">Its health, from 0.</param>
public sealed record Hero(ushort Id, string Name, long Attack, long Health);
