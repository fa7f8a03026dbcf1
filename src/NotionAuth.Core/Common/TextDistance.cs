using System;
using System.Linq;

namespace NotionAuth.Core.Common;

/// <summary>How far a name is from another one, for "did you mean".</summary>
internal static class TextDistance
{
    /// <summary>Levenshtein's distance, in any case, on one row.</summary>
    /// <param name="left">A name.</param>
    /// <param name="right">Another one.</param>
    /// <returns>How many characters have to be added, removed or replaced.</returns>
    public static int Between(string left, string right)
    {
        int[] row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int cost = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1;
                int best = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost);
                diagonal = row[j];
                row[j] = best;
            }
        }

        return row[right.Length];
    }
}
