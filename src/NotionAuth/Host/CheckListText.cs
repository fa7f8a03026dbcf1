using System;
using System.Collections.Generic;
using System.Text;
using NotionAuth.Core.Diagnostics;

namespace NotionAuth.Host;

/// <summary>A check of the environment as an entry of a check-list; called by its view.</summary>
public static class CheckListText
{
    private const int UsualWidth = 80;
    private const int Narrowest = 40;
    private static readonly string Indent = new(' ', 7);

    /// <summary>Writes an entry: the mark and the check, and below it what was found and what to do.</summary>
    /// <param name="check">The check.</param>
    /// <param name="width">How many columns there are; 0 where that isn't known.</param>
    /// <returns>Lines that are broken between words.</returns>
    public static string Of(EnvironmentCheck check, int width)
    {
        int columns = Math.Max(Narrowest, width > 0 ? width - 1 : UsualWidth);
        string mark = check.Status switch
        {
            CheckStatus.Ok => "[ ok ]",
            CheckStatus.Warning => "[warn]",
            CheckStatus.Failed => "[FAIL]",
            _ => "[ -- ]",
        };
        string target = string.IsNullOrEmpty(check.Target) ? string.Empty : $" {check.Target}";
        List<string> lines = Wrapped(mark, $"{check.Check}{target}: {check.Detail}", columns);
        if (check.Recommendation is { } recommendation) lines.AddRange(Wrapped($"{Indent}>", recommendation, columns));
        return string.Join(Environment.NewLine, lines);
    }

    private static List<string> Wrapped(string beginning, string text, int columns)
    {
        var lines = new List<string>();
        var line = new StringBuilder(beginning);
        foreach (string word in text.Split(' '))
        {
            if (line.Length + 1 + word.Length <= columns)
            {
                line.Append(' ').Append(word);
                continue;
            }

            lines.Add(line.ToString());
            line.Clear().Append(Indent).Append(word);
        }

        lines.Add(line.ToString());
        return lines;
    }
}
