# Which vault a command asks: the one that is named, the default, all of them, or none.
@(
    @{
        Name = 'Without any vault there is a warning'
        Do   = {
            Set-Secret a one
            Set-SecretInfo a @{ k = 'v' }
            Get-Secret a
            Get-SecretInfo
            Test-SecretVault
            Remove-Secret a Nowhere
            Unlock-SecretVault Nowhere (New-Secure 'word')
        }
    }
    @{
        Name = 'Without a default vault nothing is written, not even to the only one'
        Do   = {
            Register-Plain
            Set-SecretVaultDefault -ClearDefault
            Set-Secret a one
            Set-SecretInfo a @{ k = 'v' }
            Get-SecretInfo
        }
    }
    @{
        Name = 'A vault that is not registered ends the command, and a pattern names none'
        Do   = {
            Register-Plain
            Set-Secret a one -Vault Nowhere
            Set-Secret a one -Vault F*
            Set-SecretInfo a @{ k = 'v' } -Vault Nowhere
            Get-Secret a -Vault Nowhere
            Get-Secret a -Vault F*
            Get-SecretInfo -Vault Nowhere
            Get-SecretInfo -Vault F*
            Remove-Secret a Nowhere
            Unlock-SecretVault Nowhere (New-Secure 'word')
            Test-SecretVault Nowhere
            Test-SecretVault No*
            try { Get-Secret a -Vault Nowhere } catch { "$_" -match 'not found in registry' -and "$_" -match 'Nowhere' }
        }
    }
    @{
        Name = 'A secret that is not there is an error that does not end the command'
        Do   = {
            Register-Plain
            Register-Plain Other
            Get-Secret nowhere
            Get-Secret nowhere -Vault File
            Get-Secret nowhere -ErrorAction Stop
            try { Get-Secret nowhere -ErrorAction Stop }
            catch { "$_" -match 'was not found\.$' -and "$_" -match 'nowhere' }
            Remove-Secret nowhere File
            Set-SecretInfo nowhere @{ k = 'v' }
        }
    }
    @{
        Name = 'A secret or a vault that is gone meanwhile is an error'
        Do   = {
            Register-Plain
            Set-Secret a one
            $info = Get-SecretInfo a
            Remove-Secret a File
            $info | Get-Secret
            $info | Remove-Secret
            Unregister-SecretVault File
            $info | Get-Secret
            $info | Remove-Secret
            $info | Set-SecretInfo -Metadata @{ k = 'v' }
        }
    }
    @{
        Name = 'Without -Vault the default vault comes first, then the others by name'
        Do   = {
            'b', 'a', 'c' | ForEach-Object { Register-Plain $_ }
            foreach ($vault in 'a', 'b', 'c') {
                foreach ($secret in 'y', 'x') { Set-Secret $secret "$secret in $vault" -Vault $vault }
            }
            Set-Secret z 'z in c' -Vault c
            Get-Secret x -AsPlainText
            Get-Secret z -AsPlainText
            Get-Secret x B -AsPlainText
            (Get-SecretInfo | ForEach-Object { "$($_.VaultName).$($_.Name)" }) -join ' '
            Set-SecretVaultDefault c
            Get-Secret x -AsPlainText
            (Get-SecretInfo | ForEach-Object { "$($_.VaultName).$($_.Name)" }) -join ' '
            Set-SecretVaultDefault -ClearDefault
            Get-Secret x -AsPlainText
            (Get-SecretInfo | ForEach-Object { "$($_.VaultName).$($_.Name)" }) -join ' '
        }
    }
    @{
        Name = 'Set-SecretInfo without -Vault means the default vault alone'
        Do   = {
            Register-Plain a
            Register-Plain b
            Set-Secret s x -Vault b
            Set-SecretInfo s @{ k = 'v' }
            Set-Secret s x -Vault a
            Set-SecretInfo s @{ k = 'v' }
            Get-SecretInfo
        }
    }
    @{
        Name = 'Without -Vault the default vault is asked first whether it has the secret'
        Do   = {
            Register-Trouble @{ Get_SecretInfo = 'null'; Get_Secret = 'value' } Default
            Register-Trouble @{ Get_SecretInfo = 'null'; Get_Secret = 'null' } Second
            Register-Trouble @{ Get_SecretInfo = 'null'; Get_Secret = 'value' } Third
            Get-Secret a -AsPlainText
            Get-Call
            Register-Trouble @{ Get_SecretInfo = 'info'; Get_Secret = 'value' } Fourth
            Set-SecretVaultDefault Fourth
            Get-Secret a -AsPlainText
            Get-Call
        }
    }
    @{
        Name = 'Without -Vault a vault that fails does not keep the others from being asked'
        Do   = {
            Register-Trouble @{ Get_SecretInfo = 'info'; Get_Secret = 'throw' } Throws
            Register-Trouble @{ Get_SecretInfo = 'throw'; Get_Secret = 'throw' } InfoThrows
            Register-Trouble @{ Get_SecretInfo = 'info'; Get_Secret = 'password' } Locked
            Register-Trouble @{ Get_SecretInfo = 'password'; Get_Secret = 'password' } InfoLocked
            Register-Plain Z
            Set-Secret a one -Vault Z
            foreach ($name in 'Throws', 'InfoThrows', 'Locked', 'InfoLocked') {
                "-- $name"
                Set-SecretVaultDefault $name
                Get-Secret a -AsPlainText
            }
            Get-SecretInfo
        }
    }
    @{
        Name = 'Test-SecretVault gives one answer for the vaults of one input'
        Do   = {
            Test-SecretVault
            Register-Plain a
            Register-Trouble @{ Test_SecretVault = 'true' } b
            Test-SecretVault
            Register-Trouble @{ Test_SecretVault = 'false' } c
            Test-SecretVault
            Test-SecretVault a, c, a
            Test-SecretVault a, b
            'a', 'c' | Test-SecretVault
            Get-SecretVault a | Test-SecretVault
            Test-SecretVault Nowhere, a
            Test-SecretVault ''
            Get-Call
        }
    }
)
