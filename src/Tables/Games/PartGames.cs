using System.Runtime.CompilerServices;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Games;

/// <summary>Finds games in parts of a table. It reads only the row groups whose statistics leave a game possible, and first their tokens.</summary>
/// <param name="store">Where they are.</param>
/// <param name="table">The table.</param>
/// <param name="parts">The parts.</param>
public sealed class PartGames(IOutputStore store, TableSchema table, IReadOnlyList<StoredFile> parts)
{
    /// <summary>Reads the rows of some games.</summary>
    /// <exception cref="IOException">A part can't be read.</exception>
    /// <exception cref="InvalidDataException">A part is damaged.</exception>
    public async IAsyncEnumerable<GameInPart> ReadAsync(
        IReadOnlyCollection<string> tokens, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (tokens.Count == 0)
        {
            yield break;
        }

        var wanted = tokens.ToHashSet(StringComparer.Ordinal);
        var (first, last) = (wanted.Min(StringComparer.Ordinal)!, wanted.Max(StringComparer.Ordinal)!);
        foreach (var part in parts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var file = await TryAsync(part, async () => ParquetFile.Open(table, await store.OpenReadAsync(part)));
            for (var group = 0; group < file.RowGroups; group++)
            {
                var rows = await TryAsync(part, () => Task.FromResult(
                    file.MayHave(group, first, last) && file.ReadGames(group).Any(wanted.Contains) ? file.Read(group) : null));
                foreach (var (token, start, count) in rows?.Runs().Where(run => wanted.Contains(run.Game)) ?? [])
                {
                    yield return new GameInPart(part.Path, token, rows!.Slice(start, count));
                }
            }
        }
    }

    private async Task<T> TryAsync<T>(StoredFile part, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (store.IsOfFile(exception))
        {
            throw new InvalidDataException($"{part.Path}: {exception.Message}", exception);
        }
    }
}

/// <summary>A game in a part.</summary>
/// <param name="Path">The path of the part.</param>
/// <param name="Token">Its token.</param>
/// <param name="Rows">Its rows.</param>
public sealed record GameInPart(string Path, string Token, TableRows Rows);
