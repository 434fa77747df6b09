using Microsoft.Extensions.Options;
using Superhero.Settings;

namespace Superhero.Silo.Tls;

/// <summary>Refuses files of certificates that are of no use.</summary>
/// <param name="files">The files that the options name.</param>
internal sealed class CertificateFilesValidator<TOptions>(Func<TOptions, CertificateFiles> files) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        try
        {
            _ = files(options) is { AreNamed: true } named ? named.Read() : null;
            return ValidateOptionsResult.Success;
        }
        catch (SettingException exception)
        {
            return ValidateOptionsResult.Fail(exception.Failures);
        }
    }
}
