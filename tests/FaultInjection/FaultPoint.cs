using System.Globalization;

namespace Superhero.FaultInjection;

/// <summary>The step at which a silo kills itself or fails.</summary>
/// <param name="Step">The id of the step's log event.</param>
/// <param name="Occurrence">The occurrence of the event at which the silo kills itself, from 1.</param>
/// <param name="Failure">The type of the exception with which it fails at each occurrence; null to kill itself.</param>
/// <param name="Part">A part of the event's line without which the event does not count.</param>
public sealed record FaultPoint(int Step, int Occurrence = 1, Type? Failure = null, string Part = "")
{
    /// <summary>The variables that a faulty silo reads in addition to a silo's.</summary>
    public const string StepVariable = "FAULT_STEP", OccurrenceVariable = "FAULT_OCCURRENCE", FailureVariable = "FAULT_FAILURE", PartVariable = "FAULT_PART";

    /// <summary>The message of the failure.</summary>
    public const string Message = "made to fail\nin two lines";

    /// <summary>Reads the variables.</summary>
    public static FaultPoint FromEnvironment() => new(
        Number(StepVariable),
        Number(OccurrenceVariable),
        Environment.GetEnvironmentVariable(FailureVariable) is { Length: > 0 } failure ? Type.GetType(failure, throwOnError: true) : null,
        Environment.GetEnvironmentVariable(PartVariable) ?? "");

    /// <summary>The variables for a silo that is started.</summary>
    public (string Name, string Value)[] ToVariables() =>
    [
        (StepVariable, Step.ToString(CultureInfo.InvariantCulture)), (OccurrenceVariable, Occurrence.ToString(CultureInfo.InvariantCulture)),
        (FailureVariable, Failure?.AssemblyQualifiedName ?? ""), (PartVariable, Part),
    ];

    private static int Number(string variable) =>
        int.Parse(Environment.GetEnvironmentVariable(variable) ?? "1", CultureInfo.InvariantCulture);
}
