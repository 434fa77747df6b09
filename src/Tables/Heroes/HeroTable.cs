using Superhero.Tables.Delta;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Heroes;

/// <summary>SUPERHERO: the collection of heroes, a Delta table that is overwritten when the collection changes.</summary>
/// <param name="store">Where it is.</param>
public sealed class HeroTable(IOutputStore store)
{
    private static readonly TableSchema Schema = TableSchema.Superhero;

    private static readonly TimeSpan TombstoneRetention = TimeSpan.FromDays(1);

    private readonly DeltaTable _table = new(store, Schema);

    /// <summary>Reads it.</summary>
    /// <returns>Its heroes, by their ids; none if there is no table.</returns>
    /// <exception cref="IOException">It is damaged, or can't be read.</exception>
    public async Task<IReadOnlyList<Hero>> ReadAsync()
    {
        try
        {
            return await ReadAsync(await _table.Log.ReadAsync());
        }
        catch (InvalidDataException exception)
        {
            throw new IOException($"{Schema.DeltaFolder}: {exception.Message}", exception);
        }
    }

    /// <summary>Overwrites it, if it does not hold these heroes.</summary>
    /// <param name="heroes">The heroes.</param>
    /// <param name="clock">Tells the time of the commit.</param>
    /// <returns>Whether it was overwritten.</returns>
    /// <exception cref="IOException">It can't be read or written.</exception>
    public async Task<bool> OverwriteAsync(IEnumerable<Hero> heroes, TimeProvider clock)
    {
        List<Hero> sorted = [.. heroes.OrderBy(hero => hero.Id)];
        while (true)
        {
            var snapshot = await _table.Log.ReadAsync();
            if (await IsSameAsync(snapshot, sorted))
            {
                return false;
            }

            if (await _table.TryCommitAsync(snapshot, partition: null, [RowsOf(sorted)], replaced: snapshot.Files, games: 0, dataChange: true, clock.GetUtcNow(), TombstoneRetention))
            {
                return true;
            }
        }
    }

    /// <summary>The rows of heroes.</summary>
    internal static TableRows RowsOf(IReadOnlyList<Hero> heroes) => new(
        Schema,
        heroes.Select(hero => (int)hero.Id).ToArray(),
        heroes.Select(hero => hero.Name).ToArray(),
        heroes.Select(hero => hero.Attack).ToArray(),
        heroes.Select(hero => hero.Health).ToArray());

    // A table that is damaged is overwritten.
    private async Task<bool> IsSameAsync(Snapshot snapshot, IReadOnlyList<Hero> heroes)
    {
        try
        {
            return heroes.SequenceEqual(await ReadAsync(snapshot));
        }
        catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<Hero>> ReadAsync(Snapshot snapshot)
    {
        List<Hero> heroes = [];
        foreach (var part in snapshot.Files)
        {
            using var file = ParquetFile.Open(Schema, await store.ReadAsync(_table.StoredFileOf(part).Path));
            var rows = file.Read();
            var (ids, names, attacks, healths) = (rows.Column<int>(0), rows.Column<string>(1), rows.Column<long>(2), rows.Column<long>(3));
            heroes.AddRange(ids.Select((id, i) => new Hero((ushort)id, names[i], attacks[i], healths[i])));
        }

        return [.. heroes.OrderBy(hero => hero.Id)];
    }
}

/// <summary>A hero: a row of SUPERHERO.</summary>
/// <param name="Id">The superhero_id.</param>
/// <param name="Name">The name; empty where the collection has none.</param>
/// <param name="Attack">The power of its attacks, from 0.</param>
/// <param name="Health">Its health, from 0.</param>
public sealed record Hero(ushort Id, string Name, long Attack, long Health);
