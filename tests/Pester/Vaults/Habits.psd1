# The habits of vaults with which a connection is kept all the same, for HabitVault: With is the vault's parameters.
@{
    Everyday = @(
        @{ Habit = 'a plain vault'; With = @{} }
        @{ Habit = 'metadata is kept'; With = @{ Habits = 'KeepsMetadata' } }
        @{
            Habit = 'refusing metadata takes the secret back (SecretManagement itself does that)'
            With = @{ Habits = 'MetadataRemoves' }
        }
        @{ Habit = 'names come back in lower case (KeyChain)'; With = @{ Habits = 'LowerCase' } }
        @{
            Habit = 'names come back in lower case, and the filter minds capital letters'
            With = @{ Habits = 'LowerCase,MindsCase' }
        }
        @{ Habit = 'names come back with an id behind them (LastPass)'; With = @{ Habits = 'IdBehindName' } }
        @{
            Habit = 'names come back with a folder before them, and are found with it only'
            With = @{ Habits = 'FolderBeforeName' }
        }
        @{
            Habit = 'a second entry in place of a replacement, with ids'
            With = @{ Habits = 'SecondEntry,IdBehindName' }
        }
        @{
            Habit = 'a second entry in place of a replacement, and the first one is read'
            With = @{ Habits = 'SecondEntry' }
        }
        @{ Habit = 'a credential comes back (1Password, HashiCorp KV)'; With = @{ Habits = 'GivesCredential' } }
        @{ Habit = 'bytes come back'; With = @{ Habits = 'GivesBytes' } }
        @{ Habit = 'a hashtable comes back (HashiCorp KV)'; With = @{ Habits = 'GivesTable' } }
        @{ Habit = 'text comes back with other line ends (Sops)'; With = @{ Habits = 'GivesLines' } }
        @{ Habit = 'an error about something else beside the secret'; With = @{ Habits = 'ErrorBesideSecret' } }
        @{ Habit = 'strings only, with an error (CSV)'; With = @{ Habits = 'StringsOnly,ThrowsOnUnknown' } }
        @{
            Habit = 'strings only, and anything else silently becomes its type''s name'
            With = @{ Habits = 'WritesTypeName' }
        }
        @{ Habit = 'an error on an unknown name'; With = @{ Habits = 'ThrowsOnUnknown' } }
        @{ Habit = 'an error on listing nothing (HashiCorp KV)'; With = @{ Habits = 'FailsToListNothing' } }
        @{
            Habit = 'an error on listing nothing, and an empty table with an error on an unknown name'
            With = @{ Habits = 'FailsToListNothing,EmptyOnUnknown' }
        }
        @{ Habit = 'a filter that is ignored'; With = @{ Habits = 'IgnoresFilter' } }
        @{ Habit = 'slow listing'; With = @{ ListMs = 300 } }
        @{ Habit = 'changes are seen after 2 s'; With = @{ DelayMs = 2000 } }
        @{ Habit = '2,560 bytes at most (Windows Credential Manager)'; With = @{ LimitBytes = 2560 } }
        @{ Habit = '1,900 bytes at most, and the rest is cut off'; With = @{ LimitBytes = 1900; Habits = 'Cuts' } }
        @{
            Habit = 'the name of a removed secret is never taken again (Azure Key Vault)'
            With = @{ Habits = 'NeverReusesNames,ThrowsOnUnknown' }
        }
    )
}
