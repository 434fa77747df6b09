using System.Runtime.CompilerServices;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Games;

/// <summary>The parts of release 0.2.0: superhero/GAME_META/date=…, and likewise GAME_PODIUM. They are not in the Delta tables until they are
/// imported. Their date is the day on which a game's files were written.</summary>
/// <param name="store">Where they are.</param>
public sealed class LegacyParts(IOutputStore store)
{
    /// <summary>Lists them by day.</summary>
    /// <exception cref="IOException">They can't be listed.</exception>
    public async Task<IReadOnlyList<LegacyDay>> ListAsync()
    {
        Dictionary<Partition, List<(int, StoredFile)>> days = [];
        foreach (var (i, table) in TableSchema.OfGames.Index())
        {
            await foreach (var folder in store.ListFoldersAsync(table.Folder))
            {
                if (Partition.Parse(folder) is not { } partition)
                {
                    continue;
                }

                await foreach (var file in store.ListAsync($"{table.Folder}{folder}/part-"))
                {
                    (days.TryGetValue(partition, out var parts) ? parts : days[partition] = []).Add((i, file));
                }
            }
        }

        return [.. days.Select(day => new LegacyDay(day.Key, day.Value)).OrderBy(day => day.Partition.Day)];
    }

    /// <summary>Reads all of them, day by day.</summary>
    /// <exception cref="InvalidDataException">A part is damaged.</exception>
    /// <exception cref="IOException">They can't be read.</exception>
    public async IAsyncEnumerable<ReadGame> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in await ListAsync())
        {
            foreach (var game in await ReadAsync(day, cancellationToken))
            {
                yield return game;
            }
        }
    }

    /// <summary>Reads the games of a day, by token.</summary>
    /// <exception cref="InvalidDataException">A part is damaged.</exception>
    /// <exception cref="IOException">A part can't be read.</exception>
    public async Task<IReadOnlyList<ReadGame>> ReadAsync(LegacyDay day, CancellationToken cancellationToken)
    {
        SortedDictionary<string, (TableRows? Meta, TableRows? Podium)> games = new(StringComparer.Ordinal);
        foreach (var (i, part) in day.Parts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rows = await ReadAsync(i, part);
            foreach (var (token, start, count) in rows?.Runs() ?? [])
            {
                var (game, own) = (games.GetValueOrDefault(token), rows!.Slice(start, count));
                games[token] = i == 0 ? (game.Meta ?? own, game.Podium) : (game.Meta, game.Podium ?? own);
            }
        }

        return
        [
            .. games.Where(game => Guid.TryParseExact(game.Key, "D", out _)).Select(game => new ReadGame(
                new SingleGame(new GameFile(Guid.ParseExact(game.Key, "D"), ""), 0), game.Value.Meta, game.Value.Podium, default, [])
            {
                Partition = day.Partition,
            }),
        ];
    }

    /// <summary>The tokens of a part's games.</summary>
    public async Task<IEnumerable<string>> ReadTokensAsync(int table, StoredFile part) => (await ReadAsync(table, part))?.Games.Distinct() ?? [];

    // Null if it was imported and removed meanwhile.
    private async Task<TableRows?> ReadAsync(int table, StoredFile part)
    {
        try
        {
            using var file = ParquetFile.Open(TableSchema.OfGames[table], await store.ReadAsync(part.Path));
            return file.Read();
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{part.Path}: {exception.Message}", exception);
        }
    }
}

/// <summary>A day's parts of release 0.2.0.</summary>
/// <param name="Partition">The day.</param>
/// <param name="Parts">The parts, each with the index of its table in <see cref="TableSchema.OfGames"/>.</param>
public sealed record LegacyDay(Partition Partition, IReadOnlyList<(int Table, StoredFile File)> Parts);
