using System.Text;
using System.Text.Json;

namespace Superhero.Grains.Extract;

/// <summary>Reads the lines of a game's log.</summary>
public static class AttackLog
{
    private const int MaxQuoteLength = 1000;

    /// <summary>Reads one line.</summary>
    /// <param name="line">The line's JSON, in UTF-8.</param>
    /// <param name="token">The game whose log it is from.</param>
    /// <exception cref="UnprocessableGameException">It is not an attack in this game, or a number in it is not a whole
    /// number from 0 to 2^64-1.</exception>
    public static Attack Parse(ReadOnlyMemory<byte> line, Guid token)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var payload = document.RootElement.GetProperty("PAYLOAD");
            var status = document.RootElement.GetProperty("STATUS");
            var details = status.GetProperty("DETAILS");
            if (payload.GetProperty("GAME_TOKEN").GetString() != token.ToString("D"))
            {
                throw Unprocessable("a log line is of another game", line);
            }

            if (status.GetProperty("ACTION").GetString() != "ATTACK")
            {
                throw Unprocessable("a log line is not an attack", line);
            }

            return new Attack(
                payload.GetProperty("USER_TOKEN").GetString() ?? throw Unprocessable("an attack has no attacker", line),
                details.GetProperty("ENEMY_TOKEN").GetString() ?? throw Unprocessable("an attack has no enemy", line),
                details.GetProperty("ENEMY_DAMAGE").GetUInt64(),
                details.GetProperty("ENEMY_HEALTH_POST").GetUInt64() == 0);
        }
        catch (JsonException)
        {
            throw Unprocessable("a log line is not JSON", line);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException)
        {
            throw Unprocessable("a log line has an unknown shape", line);
        }
        catch (FormatException)
        {
            throw Unprocessable("a number in a log line is out of range", line);
        }
    }

    /// <summary>When an attack was, which the simulator writes in UTC without saying so.</summary>
    /// <param name="line">The line's JSON, which <see cref="Parse"/> can read.</param>
    /// <returns>Null where it does not say, which keeps no game from being done.</returns>
    public static DateTimeOffset? Time(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        try
        {
            return document.RootElement.TryGetProperty("TIMESTAMP", out var written)
                && written.ValueKind == JsonValueKind.String
                && written.TryGetDateTime(out var time)
                    ? time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time
                    : null;
        }
        catch (InvalidOperationException)
        {
            // Text with half of a surrogate pair.
            return null;
        }
    }

    private static UnprocessableGameException Unprocessable(string reason, ReadOnlyMemory<byte> line) =>
        new(reason, Encoding.UTF8.GetString(line.Span[..Math.Min(line.Length, MaxQuoteLength)]));
}
