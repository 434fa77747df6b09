using System.Text.Json.Serialization;

namespace Superhero.Grains.Archive;

/// <summary>A key of Redis, one of the three as its type has it.</summary>
/// <param name="Text">What a string holds.</param>
/// <param name="Values">The values of a list, in their order, or of a set.</param>
/// <param name="Hash">The fields of a hash.</param>
public sealed record ArchivedKey(string? Text = null, IReadOnlyList<string>? Values = null, IReadOnlyDictionary<string, string>? Hash = null);

/// <summary>How the archive is spelled.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ArchivedKey))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
