# What leaves vaults behind that can't be unregistered.
@(
    @{
        Name = 'Unregister-SecretVault leaves a vault whose extension wants a password'
        Do   = {
            Register-Trouble @{ Unregister_SecretVault = 'password' }
            Unregister-SecretVault Trouble
            Get-SecretVault | ForEach-Object Name
        }
    }
    @{
        Name = 'A vault whose name has wildcard characters works, and can not be unregistered'
        Do   = {
            $name = 'a[b]*'
            Register-Plain $name
            Set-Secret x y -Vault $name
            Get-Secret x -Vault $name -AsPlainText
            Get-SecretInfo -Vault $name
            Unregister-SecretVault $name
            Unregister-SecretVault ([WildcardPattern]::Escape($name))
            Unregister-SecretVault -SecretVault (Get-SecretVault | Where-Object Name -EQ $name)
            Get-SecretVault | ForEach-Object Name
        }
    }
)
