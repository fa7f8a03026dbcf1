using System;
using System.Management.Automation;
using NotionAuth.Core.Common;

namespace NotionAuth.Host;

/// <summary>
/// A variable of the caller's that gets something of a reply. Whether it can be set is tried before anything is sent.
/// </summary>
internal sealed class ResultVariable
{
    private readonly SessionState _session;
    private readonly string _name;

    private ResultVariable(SessionState session, string name)
    {
        _session = session;
        _name = name;
    }

    /// <summary>Tries a variable with a value as it will get one, and leaves it as it was.</summary>
    /// <param name="session">The caller's session.</param>
    /// <param name="parameter">The parameter that names the variable.</param>
    /// <param name="name">The variable's name; null for none.</param>
    /// <param name="sample">The value to try.</param>
    /// <returns>The variable; null for none.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidVariable"/>.</exception>
    public static ResultVariable? Try(SessionState session, string parameter, string? name, object sample)
    {
        if (name is null) return null;
        try
        {
            PSVariable? before = session.PSVariable.Get(name);
            object? value = before?.Value;
            session.PSVariable.Set(name, sample);
            if (before is null) session.PSVariable.Remove(name);
            else session.PSVariable.Set(name, value);
        }
        catch (RuntimeException e)
        {
            throw NotionAuthException.NothingSent(
                ErrorIds.InvalidVariable,
                $"The variable '{Redaction.OneLine(name)}' of -{parameter} can't be set: " +
                $"{Redaction.Scrub(e.Message)}", "Name another variable, without the $.");
        }

        return new ResultVariable(session, name);
    }

    /// <summary>
    /// Sets the variable. What was sent has happened, so that a variable that can't be set any more is a warning.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="warn">Takes the warning.</param>
    public void Set(object? value, Action<string> warn)
    {
        try
        {
            _session.PSVariable.Set(_name, value);
        }
        catch (RuntimeException e)
        {
            warn($"The variable '{Redaction.OneLine(_name)}' could not be set: {Redaction.Scrub(e.Message)}");
        }
    }
}
