using System.Security.Cryptography;

namespace Superhero.Tables.Files;

/// <summary>A file of a table that is safe on disk.</summary>
/// <param name="Path">Its path within the output folder.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Bytes">How long it is.</param>
/// <param name="Sha256">The SHA-256 of its bytes, in lower-case hexadecimal.</param>
public sealed record WrittenFile(string Path, int Rows, long Bytes, string Sha256)
{
    /// <summary>Describes a file by what it holds.</summary>
    public static WrittenFile Of(string path, int rows, ReadOnlySpan<byte> content) =>
        new(path, rows, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
}
