using System.IO.Compression;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Ledger;
using Superhero.Grains.Quarantine;
using Superhero.Redis;
using Superhero.Tables.Output;

namespace Superhero.Grains.Archive;

/// <summary>Keeps the keys of games that an operator drops from quarantine, each in a file of its own beside the archive. The archive
/// itself may have the game as it was loaded.</summary>
public sealed class DroppedGames(IConnectionMultiplexer redis, IOptions<ArchiveOptions> options, OutputStores stores, TimeProvider clock)
{
    private const string Folder = "superhero/DROPPED/";
    private const int PageLength = 5000;

    /// <summary>Keeps a game.</summary>
    /// <param name="token">The game's token.</param>
    /// <param name="found">Its keys.</param>
    /// <returns>The path of the file, which is durable; null if ARCHIVE_DIR is not set.</returns>
    /// <exception cref="IOException">The disk is full or fails, or a key has a type that no game uses.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task<string?> StoreAsync(Guid token, QuarantinedKeys found)
    {
        if (options.Value.Directory is not { } directory)
        {
            return null;
        }

        var path = $"{Folder}{token:D}_{clock.GetUtcNow():yyyyMMdd'T'HHmmssfff'Z'}.json.gz";
        await stores.OpenFolder(directory, Folder).WriteAsync(path, async file =>
        {
            await using var compressed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
            await using var json = new Utf8JsonWriter(compressed);
            await WriteAsync(json, token, found.Keys);
        });
        return Path.Combine(directory, path);
    }

    // As ArchivedGame spells it.
    private async Task WriteAsync(Utf8JsonWriter json, Guid token, IReadOnlyList<QuarantinedKey> keys)
    {
        var claim = await redis.GetDatabase().HashGetAsync(RecordKey.Of(token), ["claimed_by", "claimed_at"]).OrIfWrongTypeAsync([default, default]);
        json.WriteStartObject();
        json.WriteString("game", token);
        json.WriteString("claimedBy", $"{claim[0]}");
        json.WriteString("claimedAt", $"{claim[1]}");
        json.WriteStartObject("keys");
        foreach (var key in keys)
        {
            json.WriteStartObject($"{key.Key}");
            await WriteAsync(json, key);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private async Task WriteAsync(Utf8JsonWriter json, QuarantinedKey key)
    {
        var database = redis.GetDatabase();
        switch (key.Type)
        {
            case RedisType.String:
                json.WriteString("text", (string?)await database.StringGetAsync(key.Key));
                break;
            case RedisType.Hash:
                json.WriteStartObject("hash");
                foreach (var field in await database.HashGetAllAsync(key.Key))
                {
                    json.WriteString($"{field.Name}", $"{field.Value}");
                }

                json.WriteEndObject();
                break;
            case RedisType.Set:
                json.WriteStartArray("values");
                await WriteAsync(json, await database.SetMembersAsync(key.Key));
                json.WriteEndArray();
                break;
            case RedisType.List:
                json.WriteStartArray("values");
                for (var read = 0L; read < key.Length; read += PageLength)
                {
                    await WriteAsync(json, await database.ListRangeAsync(key.Key, read, read + PageLength - 1));
                }

                json.WriteEndArray();
                break;
            default:
                throw new IOException($"{key} can't be archived; remove it from Redis yourself, or unset ARCHIVE_DIR.");
        }
    }

    private static Task WriteAsync(Utf8JsonWriter json, RedisValue[] values)
    {
        foreach (var value in values)
        {
            json.WriteStringValue($"{value}");
        }

        return json.FlushAsync();
    }
}
