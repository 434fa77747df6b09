using System.Text.Json;

namespace Superhero.Containers;

/// <summary>A container, as the engine told of it.</summary>
public sealed class Container(JsonElement inspected)
{
    public string Id { get; } = inspected.GetProperty(nameof(Id)).GetString()!;

    public string Image { get; } = inspected.GetProperty(nameof(Image)).GetString()!;

    public bool IsRunning { get; } = inspected.GetProperty("State").GetProperty("Running").GetBoolean();

    public int ExitCode { get; } = inspected.GetProperty("State").GetProperty(nameof(ExitCode)).GetInt32();

    public string Address { get; } =
        inspected.GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject().Single().Value.GetProperty("IPAddress").GetString()!;

    public override string ToString() => inspected.GetProperty("Name").GetString()!;
}
