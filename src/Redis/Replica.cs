using System.Globalization;

namespace Superhero.Redis;

/// <summary>A replica that is online for its master.</summary>
/// <param name="Address">Its address and port.</param>
/// <param name="Offset">How much of the master's writes it has acknowledged, in bytes.</param>
internal sealed record Replica(string Address, long Offset)
{
    /// <summary>Reads what INFO says of a master's replicas.</summary>
    public static IReadOnlyList<Replica> Parse(string info) =>
    [
        .. info.Split("\r\n")
            .Where(line => line.StartsWith("slave", StringComparison.Ordinal) && line.Contains(":ip=", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(',')
                .Select(field => field.Split('=', 2)).ToDictionary(field => field[0], field => field[1], StringComparer.Ordinal))
            .Where(fields => fields["state"] == "online")
            .Select(fields => new Replica($"{fields["ip"]}:{fields["port"]}", long.Parse(fields["offset"], CultureInfo.InvariantCulture))),
    ];
}
