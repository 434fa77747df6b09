using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Superhero.Settings;

namespace Superhero.Silo.Tls;

/// <summary>The PEM files that settings name: of a certificate, of its key and, where others are to be known by theirs, of the authorities
/// that vouch for them. They may be replaced while the process runs.</summary>
/// <param name="certificate">The certificate, and behind it those between it and its authority.</param>
/// <param name="key">Its private key.</param>
/// <param name="authorities">The authorities; null where nobody else's certificate is looked at.</param>
public sealed partial class CertificateFiles(NamedFile certificate, NamedFile key, NamedFile? authorities = null)
{
    private readonly NamedFile[] _files = authorities is null ? [certificate, key] : [certificate, key, authorities];
    private readonly Lock _lock = new();
    private string[] _texts = [];
    private Certificates? _latest;
    private string? _said;

    /// <summary>The setting of the certificate, and its file.</summary>
    public string Name => $"{certificate.Variable} ({certificate.Path})";

    /// <summary>Whether they are named.</summary>
    public bool AreNamed => _files.Any(file => file.Path is not null);

    /// <summary>What is in them, read anew where they have changed.</summary>
    /// <exception cref="SettingException">One of them is not named, or is of no use.</exception>
    public Certificates Read()
    {
        lock (_lock)
        {
            string[] texts = [.. _files.Select(file => file.Use(File.ReadAllText))];
            if (_latest is null || !texts.SequenceEqual(_texts))
            {
                (_latest, _texts) = (Parse(texts), texts);
            }

            return _latest;
        }
    }

    /// <summary>The same, but where they are of no use any more, what was in them before: they may be about to be replaced.</summary>
    /// <param name="logger">Where that is said once.</param>
    public Certificates ReadOrKeep(ILogger logger)
    {
        try
        {
            return Read();
        }
        catch (SettingException exception) when (_latest is not null)
        {
            if (Interlocked.Exchange(ref _said, exception.Message) != exception.Message)
            {
                LogKept(logger, exception.Message);
            }

            return _latest;
        }
    }

    private Certificates Parse(string[] texts)
    {
        var chain = certificate.Use(_ => Import(texts[0]));
        var own = key.Use(_ => X509Certificate2.CreateFromPem(texts[0], texts[1]));
        var trusted = authorities?.Use(_ => Import(texts[2]));
        return certificate.Use(_ => new Certificates(own, chain, trusted));
    }

    private static X509Certificate2Collection Import(string text)
    {
        X509Certificate2Collection all = [];
        all.ImportFromPem(text);
        return all.Count > 0 ? all : throw new CryptographicException("it holds none");
    }

    [LoggerMessage(811, LogLevel.Warning, "Could not use the new files of the certificate; the previous certificate stays in use: {Reason}")]
    private static partial void LogKept(ILogger logger, string reason);
}

/// <summary>A file that a setting names.</summary>
/// <param name="Variable">The setting's variable.</param>
/// <param name="Path">The file; null where the variable is not set.</param>
/// <param name="Allowed">What has to be in it, in words.</param>
public sealed record NamedFile(string Variable, string? Path, string Allowed)
{
    /// <summary>Does something with it.</summary>
    /// <exception cref="SettingException">It is of no use for that.</exception>
    public T Use<T>(Func<string, T> use)
    {
        if (Path is null)
        {
            throw new SettingException(Variable, "", $"{Allowed}, or leave the others unset, too");
        }

        try
        {
            return use(Path);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SettingException(Variable, Path, $"{Allowed} ({exception.Message.ReplaceLineEndings(" ").TrimEnd('.')})");
        }
    }
}
