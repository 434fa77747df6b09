using System.Globalization;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;

namespace Superhero.Grains.Load;

/// <summary>Creates single files of games. A file that exists already is never replaced by other rows.</summary>
/// <param name="output">Where the files are.</param>
internal sealed class SingleFile(IOutputStore output)
{
    private volatile bool _refuses = output.LocalFolder is not null;
    private volatile bool _probed = output.LocalFolder is not null;

    /// <summary>Creates a file, or accepts the one that exists if it has the same rows.</summary>
    /// <param name="file">The game and the silo that claimed it.</param>
    /// <param name="table">The table that the file belongs to.</param>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="origin">Where and when the game comes from, as the content says.</param>
    /// <returns>Where and when the game comes from, as the file says: another version of the writer or another claim may have made it.</returns>
    /// <exception cref="UnprocessableGameException">A file with other rows exists.</exception>
    /// <exception cref="IOException">The store failed.</exception>
    public async Task<GameOrigin> CreateAsync(GameFile file, TableSchema table, byte[] content, GameOrigin origin)
    {
        var path = file.PathIn(table);
        return await TryCreateAsync(path, content) ? origin : Accept(table, path, content, await output.ReadAsync(path), origin);
    }

    private async Task<bool> TryCreateAsync(string path, byte[] content)
    {
        if (!_probed)
        {
            (_refuses, _probed) = (await output.ProbeAsync(), true);
        }

        // Some services that are compatible with S3 ignore the condition, and would replace the file.
        return (_refuses || !await ExistsAsync(path)) && await output.TryCreateAsync(path, content);
    }

    private async Task<bool> ExistsAsync(string path)
    {
        try
        {
            await output.ReadAsync(path);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static GameOrigin Accept(TableSchema table, string path, byte[] content, byte[] existing, GameOrigin origin)
    {
        if (content.AsSpan().SequenceEqual(existing))
        {
            return origin;
        }

        try
        {
            using var made = ParquetFile.Open(table, content);
            using var found = ParquetFile.Open(table, existing);
            return found.Read().AreSame(made.Read())
                ? origin with
                {
                    StartedAt = TimeIn(found, "started_at") ?? origin.StartedAt,
                    EndedAt = TimeIn(found, "ended_at") ?? origin.EndedAt,
                    ClaimedAt = TimeIn(found, "claimed_at") ?? origin.ClaimedAt,
                }
                : throw new UnprocessableGameException($"its file {path} exists with other rows; an earlier game had the same token");
        }
        catch (InvalidDataException exception)
        {
            throw new UnprocessableGameException($"its file {path} exists and can't be read: {exception.Message}");
        }
    }

    private static DateTimeOffset? TimeIn(ParquetFile file, string name) =>
        DateTimeOffset.TryParse(file.Metadata.GetValueOrDefault(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;
}
